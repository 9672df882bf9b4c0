using System.Buffers;

namespace Llamax.Corpus.Lexicons;

/// <summary>
/// A line as the lexicon reads it: lower case; where the language writes spaces, one between words and none at the ends. Lives in pooled
/// memory until it is disposed.
/// </summary>
internal readonly ref struct NormalizedText
{
    private readonly char[] _units;
    private readonly int[] _ends;

    /// <param name="text">In any case and spacing.</param>
    /// <param name="language">Paper code.</param>
    /// <param name="isSpaced">Whether words are divided by spaces; then <see cref="WordEnds"/> has them.</param>
    public NormalizedText(ReadOnlySpan<char> text, string language, bool isSpaced)
    {
        _units = ArrayPool<char>.Shared.Rent(Math.Max(1, 2 * text.Length));
        _ends = ArrayPool<int>.Shared.Rent(text.Length + 1);
        var cased = _units.AsSpan(0, text.Length);
        var ends = 0;
        if (isSpaced)
            cased = cased[..Join(text, cased, _ends, out ends)];
        else
            text.CopyTo(cased);
        var lower = _units.AsSpan(text.Length, cased.Length);
        LowerCase.Write(cased, language, lower);
        Cased = cased;
        Lower = lower;
        WordEnds = _ends.AsSpan(0, ends);
    }

    /// <summary>Unit by unit what <see cref="Lower"/> was.</summary>
    public ReadOnlySpan<char> Cased { get; }

    public ReadOnlySpan<char> Lower { get; }

    /// <summary>Where each word ends; empty where words are not divided by spaces.</summary>
    public ReadOnlySpan<int> WordEnds { get; }

    public void Dispose()
    {
        ArrayPool<char>.Shared.Return(_units);
        ArrayPool<int>.Shared.Return(_ends);
    }

    private static int Join(ReadOnlySpan<char> text, Span<char> output, Span<int> ends, out int words)
    {
        words = 0;
        var length = 0;
        for (var place = 0; place < text.Length;)
        {
            if (char.IsWhiteSpace(text[place]))
            {
                place++;
                continue;
            }

            var end = place + 1;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
                end++;
            if (words > 0)
                output[length++] = ' ';
            text[place..end].CopyTo(output[length..]);
            length += end - place;
            ends[words++] = length;
            place = end;
        }

        return length;
    }
}
