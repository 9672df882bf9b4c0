namespace Llamax.Corpus.Deduplication;

/// <summary>A sentence of a test set.</summary>
internal sealed record TestSentence(int Text, string Sentence, string Origin);

/// <summary>Every test sentence and its n-grams, by hash; what training text is held against.</summary>
internal sealed class TestSetIndex
{
    private readonly List<TestSentence> _sentences = [];
    private readonly Dictionary<ulong, int> _ofHash = [];
    private readonly List<int> _next = [];

    public TestSetIndex(IReadOnlyList<TestText> texts, DecontaminationOptions options)
    {
        Texts = texts;
        Ngrams = new(options.Words, options.Letters);
        Counts = new int[texts.Count];
        List<ulong> units = [], hashes = [];
        for (var text = 0; text < texts.Count; text++)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var line in texts[text].Sentences())
            {
                if (!seen.Add(line.Text) || !Ngrams.Hash(line.Text, units, hashes))
                    continue;
                Counts[text]++;
                _sentences.Add(new(text, line.Text, line.Origin));
                foreach (var hash in hashes.Distinct())
                    Add(hash, _sentences.Count - 1);
            }
        }
    }

    public IReadOnlyList<TestText> Texts { get; }

    /// <summary>Sentences of each text, each counted once.</summary>
    public int[] Counts { get; }

    public TextNgrams Ngrams { get; }

    public TestSentence this[int sentence] => _sentences[sentence];

    /// <summary>The sentences that have a hash.</summary>
    public IEnumerable<int> With(ulong hash)
    {
        if (!_ofHash.TryGetValue(hash, out var entry))
            yield break;
        for (; entry >= 0; entry = _next[(2 * entry) + 1])
            yield return _next[2 * entry];
    }

    public bool Has(ulong hash) => _ofHash.ContainsKey(hash);

    // Sentences that share a hash hang one behind the other: the same sentence stands in several sets.
    private void Add(ulong hash, int sentence)
    {
        var entry = _next.Count / 2;
        _next.Add(sentence);
        _next.Add(_ofHash.TryGetValue(hash, out var first) ? first : -1);
        _ofHash[hash] = entry;
    }
}
