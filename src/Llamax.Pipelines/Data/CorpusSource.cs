using System.IO.Hashing;
using System.Runtime.InteropServices;
using Llamax.Corpus.Reading;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Data;

/// <summary>
/// A corpus on disk as a source. Held-out pairs are drawn by key; a pair or line that shares a sentence with any held-out pair of
/// the run is left out of training, so that a test sentence is not learnt in another direction.
/// </summary>
internal sealed class CorpusSource : ITextSource
{
    private readonly IParallelCorpus _corpus;
    private readonly SourceOptions _options;
    private readonly IReadOnlyList<Language> _languages;
    private readonly Draws _draws;
    private readonly MalformedLines _malformed;
    // What the sources of the run hold out, all together.
    private readonly Lazy<HashSet<string>> _heldOutSentences;

    public CorpusSource(
        IParallelCorpus corpus,
        string fingerprint,
        SourceOptions options,
        IReadOnlyList<Language> languages,
        ulong seed,
        MalformedLines malformed,
        Lazy<HashSet<string>> heldOutSentences)
    {
        (_corpus, _options, _languages, _malformed, Fingerprint) = (corpus, options, languages, malformed, fingerprint);
        _draws = new Draws(seed, $"held out of {corpus.Name}");
        _heldOutSentences = heldOutSentences;
    }

    public string Fingerprint { get; }

    public IEnumerable<TextLine> Monolingual(Language language)
    {
        if (!_corpus.Languages.Contains(language))
            return [];

        var lines = _corpus.Lines(language, _malformed).Where(line => !_heldOutSentences.Value.Contains(line.Text));
        if (_options.Kind != SourceKind.Text)
            lines = Once(lines);
        return lines.Take(_options.MonolingualPerLanguage ?? int.MaxValue);
    }

    /// <summary>
    /// Each text once: a set of pair files repeats a sentence in every file that holds it. Hashes are all that memory has to hold.
    /// </summary>
    private static IEnumerable<TextLine> Once(IEnumerable<TextLine> lines)
    {
        var seen = new HashSet<UInt128>();
        foreach (var line in lines)
            if (seen.Add(XxHash128.HashToUInt128(MemoryMarshal.AsBytes(line.Text.AsSpan()))))
                yield return line;
    }

    public IEnumerable<SentencePair> Parallel(Language source, Language target) => !_corpus.Has(source, target)
        ? []
        : _corpus.Pairs(source, target, _malformed)
            .Where(pair => !_heldOutSentences.Value.Contains(pair.Source) && !_heldOutSentences.Value.Contains(pair.Target))
            .Take(_options.PairsPerLanguagePair ?? int.MaxValue);

    public IEnumerable<SentencePair> HeldOut(Language source, Language target, int count)
    {
        if (_options.HeldOutPerLanguagePair == 0 || !_corpus.Has(source, target))
            return [];

        // Both orders of a pair hold out the same sentences, and line-parallel sets the same lines in every pair.
        var ordered = string.CompareOrdinal(source.Code, target.Code) < 0;
        var pairs = ordered ? _corpus.Pairs(source, target, _malformed) : _corpus.Pairs(target, source, _malformed);
        var chosen = Smallest(pairs).Take(count);
        return ordered ? chosen : chosen.Select(pair => pair.Swapped);
    }

    public IEnumerable<SentencePair> Dev(Language source, Language target, int count) =>
        HeldOut(source, target, int.MaxValue).Reverse().Take(count);

    /// <summary>The pairs with the smallest draws, smallest first; only they are in memory.</summary>
    private SentencePair[] Smallest(IEnumerable<SentencePair> pairs)
    {
        var kept = new PriorityQueue<SentencePair, ulong>(Comparer<ulong>.Create((a, b) => b.CompareTo(a)));
        foreach (var (line, pair) in pairs.Index())
        {
            kept.Enqueue(pair, _draws.Bits((ulong)line));
            if (kept.Count > _options.HeldOutPerLanguagePair)
                kept.Dequeue();
        }

        var smallest = new SentencePair[kept.Count];
        for (var i = smallest.Length - 1; i >= 0; i--)
            smallest[i] = kept.Dequeue();
        return smallest;
    }

    /// <summary>Both sides of everything that this source holds out.</summary>
    public IEnumerable<string> HeldOutSentences() => _options.HeldOutPerLanguagePair == 0
        ? []
        : RunData.Pairs(_languages)
            .SelectMany(p => HeldOut(p.Source, p.Target, int.MaxValue))
            .SelectMany(p => new[] { p.Source, p.Target });
}
