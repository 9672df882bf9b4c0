using System.Diagnostics;
using Llamax.Corpus.Catalogue;
using Llamax.Corpus.Lexicons;
using Llamax.Runs;

namespace Llamax.Bench;

/// <summary>
/// Opening and asking the lexicon of all MUSE and PanLex dictionaries in <c>$LLAMAX_DATA</c>, against a dictionary of strings in memory.
/// </summary>
internal static class LexiconBench
{
    private const int LookUps = 4_000_000;

    public static BenchReport Run(BenchOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("llamax-bench-").FullName;
        try
        {
            var built = LexiconBuild.Write(folder, new() { Sources = ["muse", "panlex"] }, DataFolders.FromEnvironment().Mirror);
            return Measure(options, built);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static BenchReport Measure(BenchOptions options, LexiconReport built)
    {
        using var lexicon = MultilingualLexicon.Open(built.Path);
        var entities = lexicon.Entities.ToList();
        // The keys lie one behind the other in the order of asking, as the words of a text do.
        var order = new Draws(1, "bench look-ups").Permutation(entities.Count);
        var text = string.Concat(order.Select(i => entities[i].Text));
        var keys = new Key[order.Length];
        var start = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            var entity = entities[order[i]];
            keys[i] = new(lexicon.Rank(entity.Language), start, entity.Text.Length);
            start += entity.Text.Length;
        }

        var dictionaries = entities.GroupBy(entity => entity.Language).ToDictionary(
            group => lexicon.Rank(group.Key),
            group => group.Index().ToDictionary(one => one.Item.Text, one => one.Index).GetAlternateLookup<ReadOnlySpan<char>>());
        var opened = Interleaved.Measure(
            options.Repeats,
            ("read the whole file", () => GC.KeepAlive(File.ReadAllBytes(built.Path))),
            ("open, and one look-up", () => Open(built.Path, entities[0])));
        var asked = Interleaved.Measure(
            options.Repeats,
            ("dictionary of strings for each language", () =>
                Ask(keys, key => dictionaries[key.Language].ContainsKey(text.AsSpan(key.Start, key.Length)))),
            ("lexicon", () => Ask(keys, key => lexicon.Find(key.Language, text.AsSpan(key.Start, key.Length)) >= 0)));
        var seconds = BenchTimes.Median(asked[1].Cpu);
        return new BenchReport(
            "lexicon",
            FormattableString.Invariant(
                $"""
                All of MUSE and PanLex in the mirror: {built.Entries:N0} entries, {lexicon.EntityCount:N0} entities of
                {lexicon.Languages.Count} languages, {built.Bytes:N0} bytes. A round opens the file, or asks {LookUps:N0} times for an
                entity in random order on one thread, UTF-16: {LookUps / seconds / 1e6:F1} million look-ups a second of the processor;
                {options.Repeats} interleaved rounds after one unmeasured.
                """),
            [new("open", opened), new($"{LookUps:N0} look-ups", asked)]);
    }

    private static void Open(string path, LexiconEntity entity)
    {
        using var lexicon = MultilingualLexicon.Open(path);
        if (!lexicon.Contains(entity.Language, entity.Text))
            throw new UnreachableException();
    }

    private static void Ask(Key[] keys, Func<Key, bool> knows)
    {
        for (var i = 0; i < LookUps; i++)
            if (!knows(keys[i % keys.Length]))
                throw new UnreachableException();
    }

    private readonly record struct Key(int Language, int Start, int Length);
}
