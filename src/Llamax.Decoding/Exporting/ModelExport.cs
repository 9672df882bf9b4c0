using Llamax.Decoding.Engines.LlamaCpp;
using Llamax.Models.Checkpoints;
using Llamax.Models.Checkpoints.Gguf;
using Llamax.Runs;
using Llamax.Runs.Progress;
using static TorchSharp.torch;

namespace Llamax.Decoding.Exporting;

/// <summary>Writes a model in the format of other programs.</summary>
public static class ModelExport
{
    // What a folder has beside config.json and weights, and every program reads from there.
    private static readonly string[] Companions =
    [
        "tokenizer.json", "tokenizer.json.gz", "tokenizer.model", "spiece.model", "sentencepiece.model", "sentencepiece.bpe.model",
        "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja",
        "generation_config.json", "translation.json",
    ];

    /// <summary>Exports; a file appears whole or not at all.</summary>
    /// <param name="options">What, where to and how.</param>
    /// <param name="events">Hears what an export cannot carry over.</param>
    /// <exception cref="RequestException">An option breaks its rule, the model cannot be read, or the format has no place for it.</exception>
    public static void Run(ModelExportOptions options, IRunEvents? events = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionProblem.ThrowIfAny("export", options.Problems());
        events ??= SilentEvents.Instance;
        if (Path.GetFullPath(options.Model).TrimEnd('/') == Path.GetFullPath(options.Output).TrimEnd('/'))
            throw new RequestException("the output is the model itself", options.Output, "give --out another name");
        if (options.Format == "hf")
            ToHuggingFace(options, events);
        else
            ToGguf(options, events);
    }

    private static void ToHuggingFace(ModelExportOptions options, IRunEvents events)
    {
        HuggingFaceExport.Write(options.Model, options.Output, options.Type switch
        {
            "f32" => ScalarType.Float32,
            "f16" => ScalarType.Float16,
            "bf16" => ScalarType.BFloat16,
            _ => null,
        }, adapter: options.Adapter);
        if (GgufExport.IsGguf(options.Model))
        {
            GgufTokenizerFiles.Write(GgufVocabulary.Read(options.Model), options.Output, events);
            return;
        }

        foreach (var name in Companions)
        {
            var path = Path.Combine(Folder(options.Model), name);
            if (File.Exists(path))
                AtomicFile.Write(Path.Combine(options.Output, name), stream => stream.Write(File.ReadAllBytes(path)));
        }
    }

    private static void ToGguf(ModelExportOptions options, IRunEvents events)
    {
        var vocabulary = options.Tokenizer switch
        {
            "none" => null,
            { } path => GgufTokenizer.Read(path),
            null => GgufExport.IsGguf(options.Model) ? GgufVocabulary.Read(options.Model) : GgufTokenizer.Read(Folder(options.Model)),
        };
        var plain = options.Type switch
        {
            "f32" => GgufType.F32,
            "f16" => GgufType.F16,
            "bf16" => GgufType.BF16,
            _ => GgufExport.StoredType(options.Model),
        };
        if (GgufExport.Loss(options.Model) is { } loss)
            events.Warn(loss);
        if (options.Quantization is null or "q8_0")
        {
            var type = options.Quantization is null ? plain : GgufType.Q8_0;
            GgufExport.Write(options.Model, options.Output, type, vocabulary, options.Adapter);
            return;
        }

        var whole = options.Output + ".whole" + AtomicFile.TemporarySuffix;
        try
        {
            GgufExport.Write(options.Model, whole, plain, vocabulary, options.Adapter);
            LlamaCppQuantizer.Quantize(whole, options.Output, options.Quantization);
        }
        finally
        {
            File.Delete(whole);
        }
    }

    private static string Folder(string model) => Directory.Exists(model) ? model : Path.GetDirectoryName(Path.GetFullPath(model))!;
}
