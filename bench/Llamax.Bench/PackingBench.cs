using System.Globalization;
using Llamax.Corpus;
using Llamax.Corpus.Building;
using Llamax.Corpus.Catalogue;
using Llamax.Corpus.Mixing;
using Llamax.Corpus.Packing;
using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Text.Languages;
using Llamax.Text.Tokenization;

namespace Llamax.Bench;

/// <summary>
/// Packing of sentence pairs of Flores-101 dev, English with languages of several scripts, repeated with another number in front of each
/// sentence, by LLaMA-2's tokenizer: without a cache, into a new one, and from a full one. The baseline only reads the entries.
/// </summary>
internal static class PackingBench
{
    private const int Entries = 60_000;

    private static readonly string[] Languages = ["de", "ha", "hi", "ru", "sw", "zh"];

    public static BenchReport Run(BenchOptions options)
    {
        var mirror = DataFolders.FromEnvironment().Mirror ?? throw new RequestException("LLAMAX_DATA is not set",
            mend: "name the mirror folder");
        var flores = FloresSuite.Open101(Path.Combine(mirror, "flores101"));
        var tokenizer = TokenizerFile.Load(Path.Combine(mirror, "llama2-tokenizer", "tokenizer.model"));
        var folder = Directory.CreateTempSubdirectory("llamax-bench-");
        try
        {
            var file = Path.Combine(folder.FullName, "entries.parquet");
            TrainingSetFile.Write(file, Pairs(flores));
            var cache = Path.Combine(folder.FullName, "cache");
            void Pack(string name, string? from, MixOptions? mix = null) =>
                new PackedCorpusWriter(tokenizer, new PackingOptions
                {
                    Threads = options.Threads,
                    Mix = mix,
                })
                { Cache = from }.Write(Path.Combine(folder.FullName, name), "blocks", TrainingSetFile.Read(file));
            var cold = 0;
            Pack("warm", cache);
            var times = Interleaved.Measure(
                options.Repeats,
                ("read entries", () => _ = TrainingSetFile.Read(file).Count()),
                ("pack", () => Pack("plain", null)),
                ("pack into a new cache", () => Pack("cold", Path.Combine(folder.FullName, $"cold-{cold++}"))),
                ("pack from a full cache", () => Pack("warm", cache)),
                ("pack a mix from a full cache", () => Pack("mixed", cache, new())));
            var what = string.Create(CultureInfo.InvariantCulture,
                $"Seconds for {Entries:N0} entries of two sentences, {options.Threads} threads.");
            return new("packing", what, [new(string.Create(CultureInfo.InvariantCulture, $"{Entries:N0} entries"), times)]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<TrainingEntry> Pairs(FloresSuite flores)
    {
        var english = flores.Sentences(LanguageRegistry.Find("en"), "dev");
        var others = Languages.Select(code => (Code: code, Lines: flores.Sentences(LanguageRegistry.Find(code), "dev"))).ToList();
        for (var i = 0; i < Entries; i++)
        {
            var (code, lines) = others[i % others.Count];
            var line = i / others.Count % lines.Count;
            yield return new(
                EntryKind.Parallel, "en", code, [new($"{i} {english[line]}", true), new($"{i} {lines[line]}", true)], $"flores:{i + 1}");
        }
    }
}
