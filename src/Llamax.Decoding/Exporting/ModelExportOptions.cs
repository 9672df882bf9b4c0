using Llamax.Decoding.Engines.LlamaCpp;
using Llamax.Runs;

namespace Llamax.Decoding.Exporting;

/// <summary>What other form a model is to get.</summary>
public sealed record ModelExportOptions
{
    /// <summary>A model folder, a file of weights with its config.json beside it, or a GGUF file.</summary>
    public required string Model { get; init; }

    /// <summary>A folder for Hugging Face's format, a file for GGUF.</summary>
    public required string Output { get; init; }

    /// <summary><c>hf</c> (config.json, safetensors, tokenizer files) or <c>gguf</c>.</summary>
    public string Format { get; init; } = "hf";

    /// <summary>Type of the weights: <c>f32</c>, <c>f16</c>, <c>bf16</c>; null = as they are stored.</summary>
    public string? Type { get; init; }

    /// <summary>A quantisation of GGUF: <c>q8_0</c>, <c>q4_k_m</c>, …; null = none.</summary>
    public string? Quantization { get; init; }

    /// <summary>Where GGUF's vocabulary comes from: null = the model's own, <c>none</c> = nowhere.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>A folder with a LoRA adapter of PEFT, merged into the weights; null = none.</summary>
    public string? Adapter { get; init; }

    /// <summary>Every quantisation that <see cref="Quantization"/> may name.</summary>
    public static IReadOnlyList<string> Quantizations => LlamaCppQuantizer.Types;

    public IEnumerable<OptionProblem> Problems()
    {
        if (Format is not ("hf" or "gguf"))
            yield return new("format", Format, "must be hf or gguf", "use gguf for llama.cpp, hf for everything else");
        if (Type is not (null or "f32" or "f16" or "bf16"))
            yield return new("dtype", Type, "must be f32, f16 or bf16", "leave it out to keep the type of the weights");
        if (Quantization is not null && Format == "hf")
            yield return new("quantize", Quantization, "is for --format gguf", "leave it out, or use --format gguf");
        else if (Quantization is not null && !Quantizations.Contains(Quantization))
            yield return new("quantize", Quantization, $"must be one of {string.Join(", ", Quantizations)}", "use q4_k_m or q8_0");
        if (Quantization is not null && Type is not null)
            yield return new("dtype", Type, "has no meaning with --quantize", "give one of the two");
        if (Tokenizer is not null && Format == "hf")
            yield return new("tokenizer", Tokenizer, "is for --format gguf", "leave it out: the model's tokenizer files are copied");
    }
}
