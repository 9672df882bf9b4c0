using System.Buffers;

namespace Llamax.Text.Identification;

/// <summary>Takes the rows of the input matrix that a line consists of, in order.</summary>
internal interface IRowSink
{
    void Add(int row);
}

/// <summary>
/// Which rows of the input matrix a line consists of: its words, their character n-grams, its word n-grams (dictionary.cc).
/// </summary>
internal sealed class FastTextDictionary
{
    private const uint HashBasis = 2166136261;
    private const ulong WordNgramFactor = 116049371;

    private static readonly SearchValues<byte> Separators = SearchValues.Create(" \n\r\t\v\f\0"u8);

    private readonly FastTextArguments _arguments;
    private readonly int _words;
    private readonly byte[] _text; // of all entries, one after another
    private readonly int[] _textStarts;
    private readonly int[] _slots; // entry + 1, 0 = free
    private readonly Buckets _buckets;
    private readonly int[] _rows; // of all words with their subwords, one word after another
    private readonly int[] _rowStarts;

    /// <param name="arguments">Of the model.</param>
    /// <param name="words">The first entries are words, the others are labels.</param>
    /// <param name="text">Of all entries, one after another.</param>
    /// <param name="textStarts">Where each begins; one more for the end of the last.</param>
    /// <param name="buckets">The rows behind those of the words.</param>
    public FastTextDictionary(FastTextArguments arguments, int words, byte[] text, int[] textStarts, Buckets buckets)
    {
        (_arguments, _words, _text, _textStarts, _buckets) = (arguments, words, text, textStarts, buckets);
        var size = 16L;
        while (size < 2L * textStarts.Length)
            size *= 2;
        _slots = new int[size];
        for (var entry = 0; entry + 1 < textStarts.Length; entry++)
            _slots[Slot(Text(entry), Hash(Text(entry)))] = entry + 1; // of two equal entries the later one counts

        var rows = new RowList();
        _rowStarts = new int[words + 1];
        for (var word = 0; word < words; word++)
        {
            rows.Add(word);
            if (arguments.MaxNgram > 0 && !Text(word).SequenceEqual(EndOfLine))
                AddSubwords([(byte)'<', .. Text(word), (byte)'>'], ref rows);
            _rowStarts[word + 1] = rows.Rows.Count;
        }

        _rows = [.. rows.Rows];
    }

    /// <summary>The entry that a line ends with, which is no word of the text and has no subwords.</summary>
    private static ReadOnlySpan<byte> EndOfLine => "</s>"u8;

    private static ReadOnlySpan<byte> LabelPrefix => "__label__"u8;

    /// <summary>Gives the rows of a line to <paramref name="sink"/>.</summary>
    /// <param name="line">UTF-8 between two bytes of any value. Words are marked with &lt; and &gt; in place.</param>
    /// <param name="sink">Gets them.</param>
    public void Rows<TSink>(Span<byte> line, ref TSink sink)
        where TSink : struct, IRowSink, allows ref struct
    {
        var hashes = _arguments.WordNgrams > 1 ? ArrayPool<int>.Shared.Rent(line.Length / 2 + 1) : null;
        var count = 0;
        var end = line.Length - 1;
        for (var at = 1; at < end && line[at] != '\n';)
        {
            if (Separators.Contains(line[at]))
            {
                at++;
                continue;
            }

            var length = line[at..end].IndexOfAny(Separators);
            length = length < 0 ? end - at : length;
            if (line.Slice(at, length).SequenceEqual(EndOfLine))
                break;
            if (AddWord(line.Slice(at - 1, length + 2), ref sink) is { } hash && hashes is not null)
                hashes[count++] = hash;
            at += length;
        }

        var endHash = Hash(EndOfLine);
        if (Find(EndOfLine, endHash) is var entry && entry < _words)
        {
            if (entry >= 0)
                sink.Add(entry);
            if (hashes is not null)
                hashes[count++] = (int)endHash;
        }

        if (hashes is null)
            return;
        AddWordNgrams(hashes.AsSpan(0, count), ref sink);
        ArrayPool<int>.Shared.Return(hashes);
    }

    /// <summary>Gives the rows of a word with a byte before and behind it; returns its hash, or null where it is a label.</summary>
    private int? AddWord<TSink>(Span<byte> marked, ref TSink sink)
        where TSink : struct, IRowSink, allows ref struct
    {
        ReadOnlySpan<byte> word = marked[1..^1];
        var hash = Hash(word);
        var entry = Find(word, hash);
        if (entry < 0 ? word.StartsWith(LabelPrefix) : entry >= _words)
            return null;
        if (entry >= 0)
        {
            var rows = _rows.AsSpan(_rowStarts[entry], _rowStarts[entry + 1] - _rowStarts[entry]);
            foreach (var row in rows)
                sink.Add(row);
        }
        else
        {
            var behind = marked[^1];
            (marked[0], marked[^1]) = ((byte)'<', (byte)'>');
            AddSubwords(marked, ref sink);
            marked[^1] = behind;
        }

        return (int)hash;
    }

    /// <summary>Every n-gram of characters, where the marks at both ends are characters but no n-grams of their own.</summary>
    private void AddSubwords<TSink>(ReadOnlySpan<byte> marked, ref TSink sink)
        where TSink : struct, IRowSink, allows ref struct
    {
        var (shortest, longest) = (_arguments.MinNgram, _arguments.MaxNgram);
        for (var start = 0; start < marked.Length; start++)
        {
            if (IsContinuation(marked[start]))
                continue;
            var hash = HashBasis;
            var end = start;
            for (var characters = 1; end < marked.Length && characters <= longest; characters++)
            {
                do
                    hash = Hash(hash, marked[end++]);
                while (end < marked.Length && IsContinuation(marked[end]));
                if (characters >= shortest && !(characters == 1 && (start == 0 || end == marked.Length)))
                    AddBucket((int)(hash % (uint)_arguments.Buckets), ref sink);
            }
        }
    }

    private void AddWordNgrams<TSink>(ReadOnlySpan<int> hashes, ref TSink sink)
        where TSink : struct, IRowSink, allows ref struct
    {
        for (var start = 0; start < hashes.Length; start++)
        {
            var hash = (ulong)hashes[start];
            for (var i = start + 1; i < hashes.Length && i < start + _arguments.WordNgrams; i++)
            {
                hash = unchecked(hash * WordNgramFactor + (ulong)hashes[i]);
                AddBucket((int)(hash % (ulong)_arguments.Buckets), ref sink);
            }
        }
    }

    private void AddBucket<TSink>(int bucket, ref TSink sink)
        where TSink : struct, IRowSink, allows ref struct
    {
        if (_buckets.RowOf(bucket) is >= 0 and var row)
            sink.Add(_words + row);
    }

    private ReadOnlySpan<byte> Text(int entry) => _text.AsSpan(_textStarts[entry], _textStarts[entry + 1] - _textStarts[entry]);

    private int Find(ReadOnlySpan<byte> word, uint hash) => _slots[Slot(word, hash)] - 1;

    private int Slot(ReadOnlySpan<byte> word, uint hash)
    {
        var mask = _slots.Length - 1;
        var slot = (int)((hash * 0x9E3779B97F4A7C15) >> 33) & mask;
        while (_slots[slot] is > 0 and var entry && !Text(entry - 1).SequenceEqual(word))
            slot = (slot + 1) & mask;
        return slot;
    }

    /// <summary>FNV-1a, with bytes above 127 taken as negative numbers, as fastText does.</summary>
    private static uint Hash(ReadOnlySpan<byte> text)
    {
        var hash = HashBasis;
        foreach (var unit in text)
            hash = Hash(hash, unit);
        return hash;
    }

    private static uint Hash(uint hash, byte unit) => unchecked((hash ^ (uint)(sbyte)unit) * 16777619);

    private static bool IsContinuation(byte unit) => (unit & 0xC0) == 0x80;

    private readonly struct RowList() : IRowSink
    {
        public List<int> Rows { get; } = [];

        public void Add(int row) => Rows.Add(row);
    }
}
