namespace Llamax.Metrics.Ngrams;

/// <summary>Numbers the distinct words of one segment and its references from 1 on.</summary>
internal sealed class WordAlphabet
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public WordAlphabet() => _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The highest number given, at least 1.</summary>
    public int Size => Math.Max(1, _numbers.Count);

    public int Number(ReadOnlySpan<char> word)
    {
        if (!_lookup.TryGetValue(word, out var number))
        {
            number = _numbers.Count + 1;
            _lookup[word] = number;
        }

        return number;
    }
}
