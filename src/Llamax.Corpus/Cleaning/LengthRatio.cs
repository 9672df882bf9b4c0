using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Cleaning;

/// <summary>
/// The longer text's length over the shorter's. Lengths are compared over all scripts: an ideograph stands for three letters, a kana or
/// a hangul syllable for two. Ten letters are added to both, so that a short pair may differ by a word.
/// </summary>
internal sealed class LengthRatio(CleaningSides sides) : IPairFilter
{
    private const int Allowance = 10;

    // The more generous of two languages' limits decides.
    private readonly double _most =
        Math.Max(sides.Source.Limits.MostLengthRatio ?? double.MaxValue, sides.Target?.Limits.MostLengthRatio ?? double.MaxValue);

    public string Name => "mostLengthRatio";

    public IReadOnlyList<string> Reasons => [Name];

    public Verdict Judge(in SentencePair pair)
    {
        double source = Letters(pair.Source) + Allowance, target = Letters(pair.Target) + Allowance;
        return Math.Max(source, target) > _most * Math.Min(source, target) ? Verdict.Drop(Name) : Verdict.Keep;
    }

    private static int Letters(ReadOnlySpan<char> text)
    {
        var letters = text.Length;
        if (!text.ContainsAnyInRange('\u3040', '\uFAFF'))
            return letters;
        foreach (var unit in text)
        {
            letters += unit switch
            {
                < '\u3040' => 0,
                <= '\u30FF' or (>= '\uAC00' and <= '\uD7A3') => 1,
                >= '\u3400' and <= '\u9FFF' or (>= '\uF900' and <= '\uFAFF') => 2,
                _ => 0,
            };
        }

        return letters;
    }
}
