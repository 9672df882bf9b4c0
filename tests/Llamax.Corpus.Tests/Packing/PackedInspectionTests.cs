using Llamax.Corpus.Packing;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Packing;

public sealed class PackedInspectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CharacterTokenizer _tokenizer = new(spaceInFront: false);
    private readonly List<TrainingEntry> _entries = RandomEntries.Draw(4, 600, longestWord: 5);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_document_comes_back_with_its_text_and_the_file_and_line_of_its_entry()
    {
        Write();
        var documents = Find(new());
        Assert.Equal(Enumerable.Range(0, documents.Count).Select(i => (long)i), documents.Select(document => document.Number));
        var byOrigin = documents.ToLookup(document => $"random:{document.Origin!.Value.Line}");
        Assert.All(documents, document => Assert.Equal("random", document.Origin!.Value.File));
        foreach (var (entry, lines) in MonolingualDocuments.Join(_entries, 100))
        {
            var pieces = byOrigin[entry.Origin].OrderBy(piece => piece.Number);
            Assert.All(pieces, piece => Assert.Equal(lines, piece.Origin!.Value.Lines));
            var text = string.Join(entry.IsJoinedBySpace ? " " : "", entry.Segments.Select(segment => segment.Text));
            Assert.StartsWith(string.Concat(pieces.Select(piece => piece.Text)), text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Learnt_tokens_are_those_of_the_segments_with_loss()
    {
        Write([new(EntryKind.Instruction, "en", "de", [new("say:", false), new("ja", true)], "a.tsv:7")]);
        var document = Assert.Single(Find(new()));
        Assert.Equal(
            "<1>- s- a- y- :- j+ a+ <2>+",
            string.Join(' ', document.Tokens.Select(token => token.Piece + (token.IsLearnt ? "+" : "-"))));
        Assert.Equal(new DocumentOrigin("a.tsv", 7, 1), document.Origin);
    }

    [Fact]
    public void A_query_chooses_by_block_number_direction_and_text()
    {
        Write();
        var all = Find(new());
        Assert.Equal(all.Where(document => document.Block == 3).Select(Key), Find(new() { Block = 3 }).Select(Key));
        Assert.Equal(Key(all[41]), Key(Assert.Single(Find(new() { Document = 41 }))));
        var part = all[30].Text[1..4];
        Assert.Equal(
            all.Where(document => document.Text.Contains(part, StringComparison.Ordinal)).Select(Key),
            Find(new() { Containing = part }).Select(Key));
        Assert.Equal(
            all.Where(document => document.Document is { Source: "de", Target: "zh" }).Select(Key),
            Find(new() { Source = "de", Target = "zh" }).Select(Key));
        Assert.All(Find(new() { Source = "en", Target = "" }), document => Assert.Equal(EntryKind.Monolingual, document.Document.Kind));
        Assert.Empty(Find(new() { Document = 1_000_000 }));
        var error = Assert.Throws<RequestException>(() => Find(new() { Block = 100_000 }));
        Assert.Contains("blocks are 0 to", error.Message, StringComparison.Ordinal);

        static (int, long, string) Key(InspectedDocument document) => (document.Block, document.Number, document.Text);
    }

    [Fact]
    public void Another_tokenizer_is_refused()
    {
        Write();
        var error = Assert.Throws<RequestException>(
            () => PackedInspection.Open(_folder["train.index"], new CharacterTokenizer(hasMarks: false)));
        Assert.Contains("packed with the tokenizer characters-False-True-65536", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_file_of_origins_the_text_is_still_there()
    {
        Write();
        File.Delete(_folder["train.origins"]);
        Assert.All(Find(new()), document => Assert.Null(document.Origin));
    }

    [Fact]
    public void Origins_that_are_damaged_or_of_another_corpus_are_refused()
    {
        Write();
        var path = _folder["train.origins"];
        var good = File.ReadAllBytes(path);
        for (var place = 0; place < good.Length; place += 3)
        {
            if (place is >= 12 and < 16)
                continue; // padding of the header
            var bad = (byte[])good.Clone();
            bad[place] ^= 0x41;
            File.WriteAllBytes(path, bad);
            Assert.Throws<RequestException>(() => Find(new()));
        }

        File.WriteAllBytes(path, good[..^9]);
        Assert.Throws<RequestException>(() => Find(new()));
        Write(_entries[..100]);
        File.WriteAllBytes(path, good);
        Assert.Contains("another packed corpus", Assert.Throws<RequestException>(() => Find(new())).Message, StringComparison.Ordinal);
    }

    private List<InspectedDocument> Find(InspectionQuery query)
    {
        using var inspection = PackedInspection.Open(_folder["train.index"], _tokenizer);
        return [.. inspection.Find(query)];
    }

    private void Write(IReadOnlyList<TrainingEntry>? entries = null) =>
        new PackedCorpusWriter(_tokenizer, new() { BlockLength = 64, OpenBlocks = 4, MonolingualDocumentLength = 100 })
            .Write(_folder.Path, "train", entries ?? _entries);
}
