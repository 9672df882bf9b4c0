using System.CommandLine;
using Llamax.Cli.Rendering;
using Llamax.Decoding.Exporting;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax export</c>: a model in the format of other programs.</summary>
internal static class ExportVerb
{
    internal static Command Create()
    {
        var model = new Option<string>("--model", "-m")
        {
            Description = "A model folder, a file of weights with its config.json beside it, or a GGUF file",
            HelpName = "PATH",
            Required = true,
        };
        var format = new Option<string>("--format", "-f")
        {
            Description = "hf (config.json, safetensors and tokenizer files, for transformers and vLLM) or gguf (for llama.cpp)",
            HelpName = "NAME",
            Required = true,
        };
        var output = new Option<string>("--out") { Description = "A folder for hf, a file for gguf", HelpName = "PATH", Required = true };
        var type = new Option<string?>("--dtype")
        {
            Description = "Type of the weights: f32, f16 or bf16 (default: as they are stored)",
            HelpName = "NAME",
        };
        var quantize = new Option<string?>("--quantize")
        {
            Description = $"Quantise the weights, gguf alone: {string.Join(", ", ModelExportOptions.Quantizations)}",
            HelpName = "NAME",
        };
        var tokenizer = new Option<string?>("--tokenizer", "-t")
        {
            Description = "The vocabulary inside of a gguf file: a tokenizer, or none (default: the model's own)",
            HelpName = "FILE",
        };
        var adapter = new Option<string?>("--adapter", "-a")
        {
            Description = "A folder with a LoRA adapter (PEFT's), merged into the weights",
            HelpName = "DIR",
        };
        var command = new Command("export", """
            Writes a model in the format of other programs. Weights pass one after another: memory for the largest suffices.

            Examples:
              llamax export --model quickstart/model --format gguf --out model.gguf
              llamax export --model LLaMAX3-8B --format gguf --quantize q4_k_m --out LLaMAX3-8B.Q4_K_M.gguf
              llamax export --model Llama-2-7b --adapter my-lora --format hf --out merged
              llamax export --model old/pytorch_model.bin --format hf --dtype bf16 --out new
            """)
        { model, format, output, type, quantize, tokenizer, adapter };
        command.SetAction((parsed, _) =>
        {
            var events = Talk.Events();
            using var display = events as IDisposable;
            var options = new ModelExportOptions
            {
                Model = parsed.GetValue(model)!,
                Output = parsed.GetValue(output)!,
                Format = parsed.GetValue(format)!,
                Type = parsed.GetValue(type),
                Quantization = parsed.GetValue(quantize)?.ToLowerInvariant(),
                Tokenizer = parsed.GetValue(tokenizer),
                Adapter = parsed.GetValue(adapter),
            };
            ModelExport.Run(options, events);
            Console.Out.WriteLine(options.Output);
            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }
}
