using System.Globalization;
using Llamax.Corpus.Building;
using Llamax.Decoding.Prompts;
using Llamax.Decoding.Translators;
using Llamax.Models.Native;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Progress;
using Llamax.Runs.Recipes;

namespace Llamax.Pipelines.Data;

/// <summary>g as a recipe names it: opened when it has something to translate, with a journal that a killed build goes on from.</summary>
/// <param name="options">Known to be sound.</param>
/// <param name="threads">Threads of a model; another number may round differently.</param>
/// <param name="journal">A file beside the set, gone after <see cref="Finish"/>.</param>
/// <param name="events">Hears of what is odd.</param>
internal sealed class RecipeTranslator(PivotOptions options, int threads, string journal, IRunEvents events)
    : ISentenceTranslator, IDisposable
{
    private SearchTranslator? _model;
    private TranslationLog? _log;
    private TranslationJob? _job;

    public string Fingerprint { get; } = FingerprintOf(options, threads);

    /// <summary>Names everything that decides its translations.</summary>
    /// <exception cref="RequestException">The model is not there.</exception>
    public static string FingerprintOf(PivotOptions options, int threads) => options.Model is not { } model
        ? Manifest.HashTexts(RecipeWriter.Write(options))
        : Directory.Exists(model) || File.Exists(model) ? Manifest.HashTexts(
            ModelFingerprint.Of(model), RecipeWriter.Write(options with { Model = null }), threads.ToString(CultureInfo.InvariantCulture))
        : throw new RequestException("there is no such model", model, "name a Hugging Face model folder as the set's pivot.model");

    public void Require(string source, string target)
    {
        if (options.Model is not { } model)
            return;
        if (options.Via is { } via && via != source && via != target)
        {
            Require(source, via);
            Require(via, target);
            return;
        }

        var profile = TranslationProfile.Load(model);
        var (from, to) = (profile.Language(source).Code, profile.Language(target).Code);
        profile.Require(from, to);
        if (!profile.Covers(from, to))
            throw new RequestException(
                $"g was not trained to translate {from}→{to} (its {TranslationProfile.FileName})", model,
                "take another model, name a language in between with via, or leave the language out of the set");
        Job();
        _model!.Require(from, to);
    }

    public IReadOnlyList<string?> Translate(
        IReadOnlyList<string> sentences, string source, string target, CancellationToken cancellation) =>
    [
        .. Job().Translate(sentences.Select(sentence => new TranslationRequest(sentence, source, target)), cancellation)
            .Select(translation => translation.Problem is null ? translation.Text : null),
    ];

    /// <summary>Forgets the journal: all that was asked for is kept elsewhere.</summary>
    public void Finish()
    {
        Dispose();
        if (File.Exists(journal))
            File.Delete(journal);
    }

    public void Dispose()
    {
        _job?.Dispose();
        _log?.Dispose();
    }

    private TranslationJob Job()
    {
        if (_job is not null)
            return _job;
        _log = TranslationLog.Open(journal, keepsProblems: true);
        ITranslator direct = options.Endpoint is null ? _model = OpenModel() : OpenEndpoint();

        // A block is a job: its progress would be one bar a block.
        return _job = new(
            options.Via is { } via ? new PivotTranslator(direct, direct, via) : direct, _log, Fingerprint, SilentEvents.Instance);
    }

    private SearchTranslator OpenModel()
    {
        TorchRuntime.Check();
        var search = TranslationProfile.Load(options.Model!).Search;
        return ModelTranslator.Open(
            options.Model!,
            new()
            {
                Device = options.Device,
                Type = options.Type,
                Threads = threads,
                Template = options.Prompt is { } name ? PromptTemplate.Find(name) : null,
                Search = search with
                {
                    Beams = options.Beams ?? search.Beams,
                    MaxNewTokens = options.MaxNewTokens ?? search.MaxNewTokens,
                },
            },
            events);
    }

    private RemoteTranslator OpenEndpoint() => new(new()
    {
        BaseUrl = new(options.Endpoint!),
        Model = options.Name!,
        Key = Environment.GetEnvironmentVariable("LLAMAX_API_KEY"),
        Template = options.Prompt is { } name ? PromptTemplate.Find(name) : PromptTemplate.Chat,
    });
}
