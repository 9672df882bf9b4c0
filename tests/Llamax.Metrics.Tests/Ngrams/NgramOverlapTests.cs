using Llamax.Metrics.Ngrams;
using Llamax.Runs;

namespace Llamax.Metrics.Tests.Ngrams;

public sealed class NgramOverlapTests
{
    [Theory]
    [InlineData(3, 4, 1)]
    [InlineData(20, 6, 2)]
    [InlineData(5000, 6, 3)] // 13 bits × 6: keys of 128 bits
    [InlineData((1 << 21) - 1, 6, 2)]
    public void Matches_equal_those_of_a_dictionary_of_ngrams(int alphabet, int orders, int referenceCount)
    {
        var draws = new Draws(11, $"ngrams {alphabet}");
        for (var trial = 0; trial < 200; trial++)
        {
            var sequences = Enumerable.Range(0, referenceCount + 1).Select(s => Sequence(draws, alphabet, trial, s)).ToArray();
            var matches = new int[orders];
            NgramOverlap.Count(sequences[0], sequences.AsSpan(1), alphabet, matches);
            Assert.Equal(Enumerable.Range(1, orders).Select(n => Naive(sequences[0], sequences[1..], n)), matches);
        }
    }

    private static int[] Sequence(Draws draws, int alphabet, int trial, int number)
    {
        var item = (trial * 10) + number;
        // Few distinct symbols at both ends of the alphabet, so that n-grams repeat.
        return [.. Enumerable.Range(0, draws.Below(40, item)).Select(i => Symbol(draws.Below(6, item, i + 1)))];

        int Symbol(int draw) => draw < 3 ? Math.Min(alphabet, draw + 1) : Math.Max(1, alphabet - draw + 3);
    }

    private static int Naive(int[] hypothesis, int[][] references, int order)
    {
        var own = Count(hypothesis);
        var others = references.Select(Count).ToList();
        return own.Sum(n => Math.Min(n.Value, others.Max(o => o.GetValueOrDefault(n.Key))));

        Dictionary<string, int> Count(int[] symbols) => Enumerable.Range(0, Math.Max(0, symbols.Length - order + 1))
            .GroupBy(i => string.Join(' ', symbols.Skip(i).Take(order)))
            .ToDictionary(g => g.Key, g => g.Count());
    }
}
