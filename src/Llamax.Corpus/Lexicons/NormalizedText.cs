using System.Buffers;
using System.Runtime.InteropServices;
using Llamax.Text.Languages;
using Llamax.Text.Segmentation;

namespace Llamax.Corpus.Lexicons;

/// <summary>
/// A line as the lexicon reads it: lower case and divided into words; where those are divided by spaces, one between words and none at the
/// ends. Lives in pooled memory until it is disposed.
/// </summary>
internal readonly ref struct NormalizedText
{
    private readonly char[] _units;
    private readonly int[] _ends;
    private readonly ReadOnlySpan<int> _wordEnds;
    private readonly bool _isWhole;

    /// <param name="text">In any case and spacing.</param>
    /// <param name="language">Paper code.</param>
    /// <param name="division">Into words.</param>
    /// <exception cref="Runs.RequestException">What divides the language is not installed.</exception>
    public NormalizedText(ReadOnlySpan<char> text, string language, WordDivision division)
    {
        IsSpaced = !UnspacedText.Is(language) || (division == WordDivision.Paper && language is not ("zh" or "zhtrad"));
        _isWhole = !IsSpaced && division == WordDivision.LongestMatch;
        _units = ArrayPool<char>.Shared.Rent(Math.Max(1, 2 * text.Length));
        _ends = ArrayPool<int>.Shared.Rent(text.Length + 1);
        var cased = _units.AsSpan(0, text.Length);
        var words = 0;
        if (IsSpaced)
            cased = cased[..Join(text, cased, _ends, out words)];
        else
            text.CopyTo(cased);
        var lower = _units.AsSpan(text.Length, cased.Length);
        LowerCase.Write(cased, language, lower);
        Cased = cased;
        Lower = lower;
        _wordEnds = IsSpaced ? _ends.AsSpan(0, words) : _isWhole ? [] : Segment(lower, language);
    }

    /// <summary>Whether one space stands between words.</summary>
    public bool IsSpaced { get; }

    /// <summary>Unit by unit what <see cref="Lower"/> was.</summary>
    public ReadOnlySpan<char> Cased { get; }

    public ReadOnlySpan<char> Lower { get; }

    /// <summary>Looks the words up, one after the other.</summary>
    /// <param name="lexicon">Is asked.</param>
    /// <param name="rank">The text's language there.</param>
    /// <param name="longestPhrase">Words that are looked up together at most.</param>
    public LexiconWalk Walk(MultilingualLexicon lexicon, int rank, int longestPhrase) => _isWhole
        ? new(lexicon, rank, Lower)
        : new(lexicon, rank, Lower, _wordEnds, IsSpaced ? 1 : 0, longestPhrase);

    public void Dispose()
    {
        ArrayPool<char>.Shared.Return(_units);
        ArrayPool<int>.Shared.Return(_ends);
    }

    private static ReadOnlySpan<int> Segment(ReadOnlySpan<char> text, string language)
    {
        var ends = new List<int>();
        WordSegmenters.For(LanguageRegistry.Find(language)).Segment(text.ToString(), ends);
        return CollectionsMarshal.AsSpan(ends);
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
