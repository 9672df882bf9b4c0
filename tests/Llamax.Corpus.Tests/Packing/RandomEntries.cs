using Llamax.Runs;

namespace Llamax.Corpus.Tests.Packing;

/// <summary>Entries of every kind with random text, the same for the same seed.</summary>
internal static class RandomEntries
{
    private static readonly string[] _languages = ["en", "de", "ha", "zh"];

    public static List<TrainingEntry> Draw(ulong seed, int count, int longestWord)
    {
        var draws = new Draws(seed, "entries");
        return [.. Enumerable.Range(0, count).Select(i => Entry(draws, i, longestWord))];
    }

    private static TrainingEntry Entry(Draws draws, int item, int longestWord)
    {
        var kind = (EntryKind)draws.Below(5, item);
        var source = _languages[draws.Below(2, item, 1)];
        var target = kind == EntryKind.Monolingual ? "" : _languages[2 + draws.Below(2, item, 2)];
        var first = Text(draws, item, 10, longestWord);
        TextSegment[] segments = kind switch
        {
            EntryKind.Monolingual => [new(first, true)],
            EntryKind.Parallel or EntryKind.Pivot => [new(first, true), new(Text(draws, item, 1000, longestWord), true)],
            _ => [new(first, false), new(Text(draws, item, 1000, longestWord), true)],
        };
        return new(kind, source, target, segments, $"random:{item}");
    }

    private static string Text(Draws draws, int item, int draw, int longestWord) => string.Join(
        ' ',
        Enumerable.Range(0, 1 + draws.Below(6, item, draw)).Select(word => string.Concat(
            Enumerable.Range(0, 1 + draws.Below(longestWord, item, draw + 1 + (word * 50)))
                .Select(letter => (char)('a' + draws.Below(26, item, draw + 2 + (word * 50) + letter))))));
}
