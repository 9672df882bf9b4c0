using System.Buffers;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Llamax.Corpus.Cleaning;
using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Corpus.Building;

/// <summary>
/// D_En of Algorithm 1: English lines for g, drawn by key. No line is, but for case, spaces and punctuation, a held-out sentence or one of
/// its other lines, and whoever makes D_mono asks <see cref="Has"/> and leaves its lines out: D_mono ∩ D_En = ∅.
/// </summary>
internal sealed class EnglishText
{
    private readonly HashSet<UInt128> _keys;

    private EnglishText(IReadOnlyList<TextLine> lines, long available)
    {
        (Lines, Available) = (lines, available);
        _keys = [.. lines.Select(line => KeyOf(line.Text))];
    }

    /// <summary>In drawn order: the first n are a drawn subset too.</summary>
    public IReadOnlyList<TextLine> Lines { get; }

    /// <summary>Lines that it could be drawn from.</summary>
    public long Available { get; }

    /// <summary>Draws in one pass; memory holds the drawn lines alone.</summary>
    /// <param name="english">English text.</param>
    /// <param name="heldOut">Sentences that must not be in it.</param>
    /// <param name="draws">Keyed by the seed; a line's draw is that of its folded text.</param>
    /// <param name="size">Lines wanted.</param>
    /// <param name="most">How many it may be of so many available.</param>
    public static EnglishText Draw(
        IEnumerable<TextLine> english, IEnumerable<string> heldOut, Draws draws, int size, Func<long, long> most)
    {
        HashSet<UInt128> forbidden = [.. heldOut.Select(sentence => KeyOf(sentence))];
        HashSet<UInt128> keys = [];
        var kept = new PriorityQueue<(UInt128 Key, TextLine Line), (ulong Draw, UInt128 Key)>(
            Comparer<(ulong Draw, UInt128 Key)>.Create((one, other) => other.CompareTo(one)));
        var available = 0L;
        foreach (var line in english)
        {
            if (string.IsNullOrWhiteSpace(line.Text) || KeyOf(line.Text) is var key && forbidden.Contains(key))
                continue;
            available++;
            if (size == 0 || !keys.Add(key))
                continue;
            kept.Enqueue((key, line with { Text = line.Text.Trim() }), (draws.Bits((ulong)key, (ulong)(key >> 64)), key));
            if (kept.Count > size)
                keys.Remove(kept.Dequeue().Key);
        }

        var lines = new List<TextLine>(kept.Count);
        while (kept.TryDequeue(out var one, out _))
            lines.Add(one.Line);
        lines.Reverse();
        return new(lines[..(int)Math.Min(lines.Count, most(available))], available);
    }

    /// <summary>Whether a line is one of it, but for case, spaces and punctuation.</summary>
    public bool Has(string text) => _keys.Contains(KeyOf(text));

    private static UInt128 KeyOf(string text)
    {
        var folded = ArrayPool<char>.Shared.Rent(Math.Max(1, text.Length));
        var length = FoldedText.Write(text, folded);
        var key = XxHash128.HashToUInt128(MemoryMarshal.AsBytes(length > 0 ? folded.AsSpan(0, length) : text.AsSpan()));
        ArrayPool<char>.Shared.Return(folded);
        return key;
    }
}
