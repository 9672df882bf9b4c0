using System.Globalization;
using Llamax.Corpus.BuiltIn;
using Llamax.Corpus.Reading;
using Llamax.Pipelines.Recipes;
using Llamax.Runs.Manifests;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Data;

/// <summary>
/// The built-in corpus as a source: every pair and language has sentences of its own. Tests come from its test split, and what a run is
/// watched by from its dev split: a model that is chosen by the one has not seen the other.
/// </summary>
internal sealed class BuiltInSource : ITextSource
{
    private const int DefaultMonolingual = 4_000;
    private const int DefaultPairs = 400;

    private readonly BuiltInCorpus _corpus;
    private readonly SourceOptions _options;
    private readonly ulong _seed;

    public BuiltInSource(SourceOptions options, BuiltInCorpus corpus, ulong seed)
    {
        (_options, _corpus, _seed) = (options, corpus, seed);
        Fingerprint = $"builtin {_corpus.LocaleData}";
    }

    public string Fingerprint { get; }

    public IEnumerable<TextLine> Monolingual(Language language) => _corpus.Monolingual(
        language, CorpusSplit.Train, _options.MonolingualPerLanguage ?? DefaultMonolingual, SeedOf("mono", language.Code));

    public IEnumerable<SentencePair> Parallel(Language source, Language target) => _corpus.Parallel(
        source, target, CorpusSplit.Train, _options.PairsPerLanguagePair ?? DefaultPairs, PairSeed("pairs", source, target));

    public IEnumerable<SentencePair> HeldOut(Language source, Language target, int count) =>
        _corpus.Parallel(source, target, CorpusSplit.Test, count, PairSeed("test", source, target));

    public IEnumerable<SentencePair> Dev(Language source, Language target, int count) =>
        _corpus.Parallel(source, target, CorpusSplit.Dev, count, PairSeed("dev", source, target));

    private ulong PairSeed(string purpose, Language source, Language target)
    {
        // Both orders of a pair are the same sentences.
        var ordered = string.CompareOrdinal(source.Code, target.Code) < 0;
        return SeedOf(purpose, ordered ? $"{source.Code}-{target.Code}" : $"{target.Code}-{source.Code}");
    }

    private ulong SeedOf(string purpose, string item)
    {
        var hash = Manifest.HashTexts(_seed.ToString(CultureInfo.InvariantCulture), purpose, item);
        return ulong.Parse(hash.AsSpan(0, 16), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
