using System.Text;
using Llamax.Runs;

namespace Llamax.Corpus.Tests.Sharding;

/// <summary>Pairs of drawn words, some of them damaged, some of them twice.</summary>
internal static class DrawnPairs
{
    private static readonly string[] Words =
        "the river runs past seven old mills and nobody in town remembers who built them or why they stand so near one another".Split(' ');

    public static string Tsv(ulong seed, int count)
    {
        var draws = new Draws(seed, "pairs of tests");
        var text = new StringBuilder();
        for (var item = 0; item < count; item++)
        {
            // Every tenth repeats an earlier pair, every seventh says the same on both sides.
            var said = item > 0 && draws.Below(10, item) == 0 ? draws.Below(item, item, 1) : item;
            text.Append(Sentence(said, 100)).Append('\t');
            text.Append(draws.Below(7, said, 2) == 0 ? Sentence(said, 100) : Sentence(said, 200)).Append('\n');
        }

        return text.ToString();

        string Sentence(int item, int draw) => string.Join(
            ' ', Enumerable.Range(0, 3 + draws.Below(9, item, draw)).Select(word => Words[draws.Below(Words.Length, item,
                draw + 1 + word)]));
    }
}
