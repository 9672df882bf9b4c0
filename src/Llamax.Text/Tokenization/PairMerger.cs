using System.Text;

namespace Llamax.Text.Tokenization;

/// <summary>
/// The loop of byte-pair training: the most frequent pair of neighbours becomes one symbol, everywhere, again and again. Counts are kept up
/// to date around each merge instead of being taken anew, and a queue that may hold outdated counts gives the next pair.
/// </summary>
internal sealed class PairMerger
{
    // A pair that occurs once says nothing about the language.
    private const long SmallestCount = 2;

    private readonly int _maxPieceLength;
    private readonly List<string> _texts = [];
    private readonly List<int> _lengths = [];
    private readonly Dictionary<string, int> _symbols = new(StringComparer.Ordinal);
    private readonly List<int[]> _words = []; // symbols; a word that shrinks is replaced
    private readonly List<long> _counts = [];
    private readonly Dictionary<(int Left, int Right), Occurrences> _pairs = [];
    private readonly HashSet<(int Left, int Right)> _grown = [];
    private readonly PriorityQueue<(int Left, int Right), Rank> _queue = new();

    /// <param name="alphabet">The characters that take part; all others separate what stands around them.</param>
    /// <param name="words">Words with their counts.</param>
    /// <param name="maxPieceLength">Longest symbol in characters.</param>
    public PairMerger(IEnumerable<Rune> alphabet, IEnumerable<KeyValuePair<string, long>> words, int maxPieceLength)
    {
        _maxPieceLength = maxPieceLength;
        var characters = new Dictionary<Rune, int>();
        foreach (var rune in alphabet)
            characters.Add(rune, Symbol(rune.ToString(), 1));
        var word = new List<int>();
        foreach (var (text, count) in words)
        {
            foreach (var rune in text.EnumerateRunes())
            {
                if (characters.TryGetValue(rune, out var symbol))
                    word.Add(symbol);
                else
                    AddWord(word, count);
            }

            AddWord(word, count);
        }

        QueueGrown();
    }

    /// <summary>Goes on from symbols that are longer than a character.</summary>
    /// <param name="symbols">In the order of their age.</param>
    /// <param name="words">Words with their counts.</param>
    /// <param name="split">A word as symbols; null separates what stands around it.</param>
    /// <param name="maxPieceLength">Longest symbol in characters.</param>
    public PairMerger(
        IEnumerable<string> symbols, IEnumerable<KeyValuePair<string, long>> words, Func<string, IEnumerable<string?>> split,
        int maxPieceLength)
    {
        _maxPieceLength = maxPieceLength;
        foreach (var text in symbols)
            Symbol(text, text.EnumerateRunes().Count());
        var word = new List<int>();
        foreach (var (text, count) in words)
        {
            foreach (var part in split(text))
            {
                if (part is not null)
                    word.Add(_symbols[part]);
                else
                    AddWord(word, count);
            }

            AddWord(word, count);
        }

        QueueGrown();
    }

    /// <summary>Merges until a new piece comes of it, and says of which two; null where no pair is left.</summary>
    public (string Text, string Left, string Right)? Next()
    {
        while (_queue.TryDequeue(out var pair, out var rank))
        {
            if (!_pairs.TryGetValue(pair, out var occurrences))
                continue;
            if (occurrences.Count != rank.Count)
            {
                if (occurrences.Count >= SmallestCount)
                    _queue.Enqueue(pair, RankOf(pair, occurrences.Count));
                continue;
            }

            // Another pair may have the same letters: then both become the same symbol.
            var text = _texts[pair.Left] + _texts[pair.Right];
            var isNew = !_symbols.ContainsKey(text);
            Merge(pair, Symbol(text, _lengths[pair.Left] + _lengths[pair.Right]), occurrences);
            if (isNew)
                return (text, _texts[pair.Left], _texts[pair.Right]);
        }

        return null;
    }

    private int Symbol(string text, int length)
    {
        if (!_symbols.TryGetValue(text, out var symbol))
        {
            symbol = _texts.Count;
            _symbols.Add(text, symbol);
            _texts.Add(text);
            _lengths.Add(length);
        }

        return symbol;
    }

    private void AddWord(List<int> word, long count)
    {
        if (word.Count > 1)
        {
            for (var i = 0; i + 1 < word.Count; i++)
                Grow((word[i], word[i + 1]), _words.Count, count);
            _words.Add([.. word]);
            _counts.Add(count);
        }

        word.Clear();
    }

    private void Merge((int Left, int Right) pair, int result, Occurrences occurrences)
    {
        _pairs.Remove(pair);
        var merged = new List<int>();
        foreach (var index in occurrences.Words)
        {
            var (word, count) = (_words[index], _counts[index]);
            merged.Clear();
            for (var i = 0; i < word.Length; i++)
            {
                if (i + 1 == word.Length || (word[i], word[i + 1]) != pair)
                {
                    merged.Add(word[i]);
                    continue;
                }

                if (merged.Count > 0)
                {
                    Shrink((merged[^1], pair.Left), count);
                    Grow((merged[^1], result), index, count);
                }

                i++;
                if (i + 1 < word.Length)
                {
                    Shrink((pair.Right, word[i + 1]), count);
                    Grow((result, word[i + 1]), index, count);
                }

                merged.Add(result);
            }

            if (merged.Count < word.Length)
                _words[index] = [.. merged];
        }

        QueueGrown();
    }

    private void Grow((int Left, int Right) pair, int word, long count)
    {
        if (_lengths[pair.Left] + _lengths[pair.Right] > _maxPieceLength)
            return;
        if (!_pairs.TryGetValue(pair, out var occurrences))
            _pairs.Add(pair, occurrences = new Occurrences());
        occurrences.Count += count;
        if (occurrences.Words.Count == 0 || occurrences.Words[^1] != word)
            occurrences.Words.Add(word);
        _grown.Add(pair);
    }

    private void Shrink((int Left, int Right) pair, long count)
    {
        if (_pairs.TryGetValue(pair, out var occurrences) && (occurrences.Count -= count) == 0)
            _pairs.Remove(pair);
    }

    private void QueueGrown()
    {
        foreach (var pair in _grown)
            if (_pairs.TryGetValue(pair, out var occurrences) && occurrences.Count >= SmallestCount)
                _queue.Enqueue(pair, RankOf(pair, occurrences.Count));
        _grown.Clear();
    }

    private Rank RankOf((int Left, int Right) pair, long count) =>
        new(count, _lengths[pair.Left] + _lengths[pair.Right], pair.Left, pair.Right);

    private sealed class Occurrences
    {
        public long Count { get; set; }

        /// <summary>Every word that has the pair, some of them twice, some no longer with it.</summary>
        public List<int> Words { get; } = new(1);
    }

    /// <summary>The frequent first; of equals the shorter, then the one whose parts are older: nothing is left to chance.</summary>
    private readonly record struct Rank(long Count, int Length, int Left, int Right) : IComparable<Rank>
    {
        public int CompareTo(Rank other)
        {
            var order = other.Count.CompareTo(Count);
            if (order == 0)
                order = Length.CompareTo(other.Length);
            if (order == 0)
                order = Left.CompareTo(other.Left);
            return order == 0 ? Right.CompareTo(other.Right) : order;
        }
    }
}
