using Llamax.Decoding.Engines;
using Llamax.Decoding.Engines.LlamaCpp;
using Llamax.Decoding.Exporting;
using Llamax.Decoding.Prompts;
using Llamax.Models.Causal;
using Llamax.Models.Checkpoints.Gguf;
using Llamax.Models.EncoderDecoder;
using Llamax.Models.Native;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Text.Tokenization;
using TorchSharp;

namespace Llamax.Decoding.Translators;

/// <summary>Opens a Hugging Face model folder, or a GGUF file, as a translator.</summary>
public static class ModelTranslator
{
    /// <summary>Loads weights, tokenizer and <see cref="TranslationProfile"/>.</summary>
    /// <param name="folder">
    /// With config.json, safetensors, a tokenizer and perhaps translation.json; or a GGUF file, perhaps with translation.json beside it.
    /// </param>
    /// <param name="options">Where and how to compute; null = the defaults.</param>
    /// <param name="events">Hears of progress and of what is odd.</param>
    /// <returns>The translator; it owns the model.</returns>
    /// <exception cref="RequestException">An option breaks its rule, or a file is missing, damaged or does not fit the others;
    /// or a prompt is asked for that the model has no use for.</exception>
    public static SearchTranslator Open(string folder, ModelTranslatorOptions? options = null, IRunEvents? events = null)
    {
        options ??= new();
        if (GgufExport.IsGguf(folder))
            return OpenGguf(folder, options, events ?? SilentEvents.Instance);
        OptionProblem.ThrowIfAny("translate", options.Problems());
        if (!Directory.Exists(folder))
            throw new RequestException("there is no such folder", folder, "name a Hugging Face model folder");
        var profile = Profile(folder, options);
        var tokenizer = TokenizerFile.Load(folder);
        var device = TorchRuntime.ParseDevice(options.Device);
        TorchRuntime.SetThreads(options.Threads);
        TorchRuntime.KeepFreedMemory();

        var type = Type(options.Type);
        if (EncoderDecoderConfig.Describes(Path.Combine(folder, "config.json")))
        {
            if (options.Type == ModelTranslatorOptions.Int8)
                throw new RequestException("int8 weights are for decoders, and this is an encoder-decoder", folder, "use --type float32");
            if (options.Template is not null && LanguageTokens.Find(tokenizer) is not null)
                throw new RequestException(
                    $"the model is told its languages by tokens and takes no prompt such as {options.Template.Name}", folder,
                    "leave out --prompt");
            var model = EncoderDecoderModel.Load(folder, type, device);
            return Own(model, () => new EncoderDecoderTranslator(
                new TorchEncoderDecoderEngine(model, ownsModel: true), tokenizer, model.Config, profile, options.Search, events)
            {
                KeepsScript = options.KeepScript,
                ReadsAsPaper = options.CompatPaper,
            });
        }

        var decoder = options.Type == ModelTranslatorOptions.Int8
            ? CausalModel.LoadInt8(folder)
            : CausalModel.Load(folder, type, device);
        return Own(decoder, () => new PromptedTranslator(
            new TorchDecoderEngine(decoder, ownsModel: true), tokenizer, EndIds(decoder, tokenizer), profile, options.Search, events)
        {
            KeepsScript = options.KeepScript,
            ReadsAsPaper = options.CompatPaper,
        });

        SearchTranslator Own(ICachedDecoder loaded, Func<SearchTranslator> open)
        {
            try
            {
                if (tokenizer.VocabularySize > loaded.VocabularySize)
                    throw new RequestException(
                        $"the tokenizer has {tokenizer.VocabularySize} tokens, the model only {loaded.VocabularySize}", folder,
                        "put the model's own tokenizer into the folder");
                return open();
            }
            catch
            {
                loaded.Dispose();
                throw;
            }
        }
    }

    // llama.cpp computes in the file's own type; the vocabulary and its end tokens are the file's too.
    private static PromptedTranslator OpenGguf(string path, ModelTranslatorOptions options, IRunEvents events)
    {
        OptionProblem.ThrowIfAny("translate", options.Problems());
        if (options.Device != "cpu" || options.Type != new ModelTranslatorOptions().Type)
        {
            throw new RequestException(
                "a GGUF file is computed on the CPU in the type that it stores", path,
                "leave out --device and --type, or make a model folder of it: llamax export --format hf");
        }

        var profile = Profile(path, options);
        var vocabulary = GgufVocabulary.Read(path);
        var tokenizer = OpenTokenizer(vocabulary, events);
        var ends = vocabulary.EosIds.Count > 0 ? vocabulary.EosIds : tokenizer.EosId is { } eos ? [eos] : [];
        var engine = new LlamaCppEngine(path, options.Threads);
        try
        {
            return new(engine, tokenizer, ends, profile, options.Search, events)
            {
                KeepsScript = options.KeepScript,
                ReadsAsPaper = options.CompatPaper,
            };
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    private static TranslationProfile Profile(string model, ModelTranslatorOptions options)
    {
        var profile = TranslationProfile.Load(model);
        var template = options.Template ?? profile.Template;
        return profile with { Template = options.CompatPaper ? template with { Stops = [] } : template };
    }

    private static ITokenizer OpenTokenizer(GgufVocabulary vocabulary, IRunEvents events)
    {
        var folder = Directory.CreateTempSubdirectory("llamax-tokenizer-");
        try
        {
            GgufTokenizerFiles.Write(vocabulary, folder.FullName, events);
            return TokenizerFile.Load(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<int> EndIds(CausalModel model, ITokenizer tokenizer) => model.Config.EosIds.Count > 0
        ? model.Config.EosIds
        : tokenizer.EosId is { } eos ? [eos] : [];

    private static torch.ScalarType Type(string name) => name switch
    {
        "float16" => torch.ScalarType.Float16,
        "bfloat16" => torch.ScalarType.BFloat16,
        _ => torch.ScalarType.Float32,
    };
}
