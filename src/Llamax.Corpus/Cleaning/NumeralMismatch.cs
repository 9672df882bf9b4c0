using System.Globalization;
using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Cleaning;

/// <summary>
/// How far the digits of both texts agree, in any script: twice the common ones over all, without order and without zeroes, which come
/// and go with units and calendars. Up to three digits are often spelt out and are not judged.
/// </summary>
internal sealed class NumeralMismatch(CleaningSides sides) : IPairFilter
{
    private const int FewestDigits = 4;

    // The more generous of two languages' limits decides.
    private readonly double _least = Math.Min(sides.Source.Limits.LeastNumerals ?? 0, sides.Target?.Limits.LeastNumerals ?? 0);

    public string Name => "leastNumerals";

    public IReadOnlyList<string> Reasons => [Name];

    public Verdict Judge(in SentencePair pair)
    {
        Span<int> source = stackalloc int[10], target = stackalloc int[10];
        source.Clear();
        target.Clear();
        var all = Count(pair.Source, source) + Count(pair.Target, target);
        if (all < FewestDigits)
            return Verdict.Keep;
        var common = 0;
        for (var digit = 1; digit < 10; digit++)
            common += Math.Min(source[digit], target[digit]);
        return 2.0 * common < _least * all ? Verdict.Drop(Name) : Verdict.Keep;
    }

    private static int Count(string text, Span<int> digits)
    {
        var all = 0;
        foreach (var unit in text)
        {
            if (CharacterKinds.OfUnit(unit) != CharacterKind.Number)
                continue;
            var digit = unit <= '9' ? unit - '0' : CharUnicodeInfo.GetDecimalDigitValue(unit);
            if (digit is not (>= 1 and <= 9))
                continue;
            digits[digit]++;
            all++;
        }

        return all;
    }
}
