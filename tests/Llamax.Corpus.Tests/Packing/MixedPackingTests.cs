using System.Security.Cryptography;
using Llamax.Corpus.Mixing;
using Llamax.Corpus.Packing;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Packing;

public sealed class MixedPackingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_entry_is_packed_as_often_as_the_plan_says()
    {
        var entries = Pairs("ha", 20).Concat(Pairs("en", 200)).ToList();
        var manifest = Write(entries, new() { Method = MixMethod.UniMax, Budget = 120 });
        Assert.Equal(
            [("en", 60L, 0.3), ("ha", 60L, 3.0)],
            manifest.Mix!.Select(source => (source.Language, source.Planned, Math.Round(source.Epochs, 6))));
        Assert.Equal(120, manifest.Counts.Sum(count => count.Entries));
        var seen = Texts().CountBy(text => text).ToDictionary();
        Assert.All(entries.Take(20), entry => Assert.Equal(3, seen[Text(entry)]));
        Assert.All(entries.Skip(20), entry => Assert.InRange(seen.GetValueOrDefault(Text(entry)), 0, 1));
        Assert.Equal(60, entries.Skip(20).Count(entry => seen.ContainsKey(Text(entry))));
    }

    [Fact]
    public void A_curriculum_keeps_its_stages_apart_and_the_corpus_says_where_they_begin()
    {
        var entries = Lines("de", 90).Zip(Pairs("en", 90)).SelectMany(two => new[] { two.First, two.Second });
        Write(entries, new() { Curriculum = MixCurriculum.ParallelThenMonolingual, FirstStageShare = 0.25 });
        using var corpus = PackedCorpus.Open(_folder["train.index"]);
        Assert.Equal(2, corpus.Stages.Count);
        Assert.Equal(corpus.BlockCount, corpus.Stages.Sum());
        var block = new PackedBlock(corpus.BlockLength);
        for (var index = 0; index < corpus.BlockCount; index++)
        {
            corpus.Read(index, block);
            var kind = index < corpus.Stages[0] ? EntryKind.Parallel : EntryKind.Monolingual;
            Assert.All(block.Documents, document => Assert.Equal(kind, document.Kind));
        }
    }

    [Fact]
    public void Lines_that_belong_together_are_still_one_document_and_count_as_lines()
    {
        var manifest = Write(Lines("de", 10).Concat(Pairs("en", 10)).Concat(Lines("de", 30)), new() { Budget = 40 });
        Assert.Equal(40, manifest.Mix!.Single(source => source.Kind == EntryKind.Monolingual).Entries);
        Assert.Contains(Texts(), text => text.StartsWith("de 0\nde 1\nde 2", StringComparison.Ordinal));
    }

    [Fact]
    public void The_order_is_the_seeds_and_the_same_on_any_number_of_cores()
    {
        var entries = RandomEntries.Draw(8, 2000, longestWord: 5);
        var mix = new MixOptions { Method = MixMethod.Temperature, Budget = 3000 };
        string Packed(ulong seed, int threads)
        {
            Write(entries, mix, seed, threads);
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(_folder["train.tokens"])));
        }

        var first = Packed(1, 1);
        Assert.Equal(first, Packed(1, 8));
        Assert.NotEqual(first, Packed(2, 1));
        Assert.Equal(
            ["manifest.json", "train.index", "train.origins", "train.tokens"],
            Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_proportional_mix_of_everything_once_holds_what_no_mix_holds()
    {
        var entries = Pairs("en", 50).Concat(Pairs("ha", 70)).ToList();
        Write(entries, new());
        var mixed = Texts().Order().ToList();
        Write(entries, null);
        Assert.Equal(Texts().Order(), mixed);
    }

    [Fact]
    public void A_mix_that_does_not_fit_the_entries_is_refused_and_leaves_nothing()
    {
        var error = Assert.Throws<RequestException>(
            () => Write(Pairs("en", 5), new() { Curriculum = MixCurriculum.MonolingualThenParallel }));
        Assert.Contains("\"monolingual\" has nothing to see", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<RequestException>(() => Write(Pairs("en", 5), new() { Temperature = 0 }));
        Assert.Contains("mix.temperature", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    private static IEnumerable<TrainingEntry> Pairs(string source, int count) => Enumerable.Range(0, count).Select(i =>
        new TrainingEntry(EntryKind.Parallel, source, "zh", [new($"{source} {i}", true), new($"zh {i}", true)], $"{source}.tsv:{i + 1}"));

    private static IEnumerable<TrainingEntry> Lines(string language, int count) => Enumerable.Range(0, count).Select(i =>
        new TrainingEntry(EntryKind.Monolingual, language, "", [new($"{language} {i}", true)], $"{language}.txt:{i + 1}"));

    private static string Text(TrainingEntry entry) => string.Join(' ', entry.Segments.Select(segment => segment.Text));

    private List<string> Texts()
    {
        using var corpus = PackedCorpus.Open(_folder["train.index"]);
        var (block, tokenizer) = (new PackedBlock(corpus.BlockLength), new CharacterTokenizer());
        List<string> texts = [];
        for (var index = 0; index < corpus.BlockCount; index++)
        {
            corpus.Read(index, block);
            texts.AddRange(block.Documents.Select(d => tokenizer.Decode(block.Tokens.AsSpan(d.Start, d.Length))));
        }

        return texts;
    }

    private PackedCorpusManifest Write(IEnumerable<TrainingEntry> entries, MixOptions? mix, ulong seed = 1, int threads = 2)
    {
        var options = new PackingOptions { BlockLength = 64, OpenBlocks = 4, MonolingualDocumentLength = 60, Mix = mix, Threads = threads };
        return new PackedCorpusWriter(new CharacterTokenizer(), options) { Seed = seed }.Write(_folder.Path, "train", entries);
    }
}
