using System.Buffers;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Llamax.Corpus.Cleaning;
using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Deduplication;

/// <summary>
/// The keys of a pair: two pairs that share one are duplicates. The same in every process. Texts are folded first
/// (<see cref="FoldedText"/>); a text without letters and numbers stands for itself.
/// </summary>
internal sealed class PairKeys
{
    private const char BetweenSides = '\u0001';

    private readonly DedupOptions _options;
    private readonly MinHash? _minHash;

    public PairKeys(DedupOptions options)
    {
        _options = options;
        if (options.Kind == DedupKind.Near)
            _minHash = new MinHash(options.Ngram, options.Bands, options.Rows);
    }

    /// <summary>Appends the keys of a pair.</summary>
    public void Add(in SentencePair pair, long sequence, List<KeyRow> rows)
    {
        // Keys of different files never meet where only pairs of one file are compared.
        var salt = _options.WithinFiles ? (sequence >> 40 << 1) + 2 : 0;
        switch (_options.On)
        {
            case DedupSide.Pair:
                AddText(pair.Source, pair.Target, salt, sequence, rows);
                break;
            case DedupSide.Source:
                AddText(pair.Source, null, salt, sequence, rows);
                break;
            case DedupSide.Target:
                AddText(pair.Target, null, salt, sequence, rows);
                break;
            default:
                AddText(pair.Source, null, salt, sequence, rows);
                AddText(pair.Target, null, salt + 1, sequence, rows);
                break;
        }
    }

    private void AddText(string one, string? other, long salt, long sequence, List<KeyRow> rows)
    {
        var most = one.Length + (other?.Length ?? 0) + 1;
        var rented = most > 1024 ? ArrayPool<char>.Shared.Rent(most) : null;
        var folded = rented ?? stackalloc char[1024];
        var length = Fold(one, folded);
        if (other is not null)
        {
            folded[length++] = BetweenSides;
            length += Fold(other, folded[length..]);
        }

        if (_minHash is null)
            rows.Add(Key(MemoryMarshal.AsBytes(folded[..length]), salt, sequence));
        else
            AddBands(folded[..length], salt, sequence, rows);
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
    }

    private void AddBands(ReadOnlySpan<char> folded, long salt, long sequence, List<KeyRow> rows)
    {
        Span<uint> signature = stackalloc uint[_minHash!.Length];
        _minHash.Sign(folded, signature);
        for (var band = 0; band < _options.Bands; band++)
        {
            var values = MemoryMarshal.AsBytes(signature.Slice(band * _options.Rows, _options.Rows));
            rows.Add(Key(values, (salt * _options.Bands) + band, sequence));
        }
    }

    private static int Fold(string text, Span<char> folded)
    {
        var length = FoldedText.Write(text, folded);
        if (length > 0)
            return length;
        text.CopyTo(folded);
        return text.Length;
    }

    private static KeyRow Key(ReadOnlySpan<byte> content, long salt, long sequence)
    {
        var hash = XxHash128.HashToUInt128(content, salt);
        return new((ulong)(hash >> 64), (ulong)hash, sequence);
    }
}
