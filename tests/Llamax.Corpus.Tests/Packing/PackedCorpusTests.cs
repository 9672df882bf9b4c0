using System.Security.Cryptography;
using Llamax.Corpus.Packing;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Packing;

public sealed class PackedCorpusTests : IDisposable
{
    private static readonly PackingOptions _options = new() { BlockLength = 32, OpenBlocks = 4, MonolingualDocumentLength = 100 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<bool, bool, int, ulong> Tokenizers()
    {
        var data = new TheoryData<bool, bool, int, ulong>();
        foreach (var spaceInFront in (bool[])[true, false])
            foreach (var hasMarks in (bool[])[true, false])
                foreach (var size in (int[])[1 << 16, 70_000])
                    data.Add(spaceInFront, hasMarks, size, (ulong)data.Count + 11);
        return data;
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Unpacking_gives_back_the_tokens_of_every_entry_once(bool spaceInFront, bool hasMarks, int vocabularySize, ulong seed)
    {
        var tokenizer = new CharacterTokenizer(spaceInFront, hasMarks, vocabularySize);
        var entries = RandomEntries.Draw(seed, 400, longestWord: 5);
        var manifest = Write(tokenizer, entries);
        using var corpus = Open();
        var unpacked = Documents(corpus).Select(document => (document.Document.Kind, document.Document.Source, document.Document.Target,
            Text: string.Join(',', document.Tokens), Loss: string.Join(',', document.Loss))).Order();

        // The same by hand: no block, no bin, one list.
        var expected = new List<(EntryKind, string, string, string, string)>();
        foreach (var (document, _) in MonolingualDocuments.Join(entries, _options.MonolingualDocumentLength))
            foreach (var (tokens, loss) in ByHand(tokenizer, document))
                expected.Add((document.Kind, document.Source, document.Target, string.Join(',', tokens), string.Join(',', loss)));

        Assert.Equal(expected.Order(), unpacked);
        Assert.Equal(manifest.Tokens, corpus.TokenCount);
        Assert.Equal(expected.Count, manifest.Counts.Sum(count => count.Documents));
        Assert.Equal(tokenizer.Fingerprint, corpus.TokenizerFingerprint);
        Assert.Equal(vocabularySize, corpus.VocabularySize);
        corpus.Verify();
    }

    [Fact]
    public void Every_block_keeps_the_contract_of_its_buffer()
    {
        var entries = RandomEntries.Draw(3, 500, longestWord: 6);
        var manifest = Write(new CharacterTokenizer(), entries);
        using var corpus = Open();
        var block = new PackedBlock(corpus.BlockLength);
        long tokens = 0, loss = 0;
        for (var index = 0; index < corpus.BlockCount; index++)
        {
            corpus.Read(index, block);
            var place = 0;
            for (var number = 0; number < block.Documents.Count; number++)
            {
                var document = block.Documents[number];
                Assert.Equal(place, document.Start);
                for (var i = 0; i < document.Length; i++, place++)
                {
                    Assert.Equal(number, block.Segments[place]);
                    Assert.Equal(i, block.Positions[place]);
                }

                Assert.Equal(1, block.Tokens[document.Start]);
                Assert.False(block.Loss[document.Start]);
                Assert.Contains(true, block.Loss[document.Start..(document.Start + document.Length)]);
            }

            tokens += place;
            loss += block.Loss.Count(learnt => learnt);
            Assert.All(block.Segments[place..], segment => Assert.Equal(-1, segment));
            Assert.All(block.Loss[place..], Assert.False);
            Assert.All(block.Tokens[place..], token => Assert.Equal(0, token));
        }

        Assert.Equal((manifest.Tokens, manifest.LossTokens), (tokens, loss));
        Assert.Equal(1 - (tokens / (double)(corpus.BlockCount * corpus.BlockLength)), manifest.PaddingShare, 12);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Source_and_target_are_joined_by_exactly_one_space(bool spaceInFront)
    {
        var tokenizer = new CharacterTokenizer(spaceInFront);
        Write(tokenizer, [Pair(EntryKind.Parallel, "a dog", "ein Hund")]);
        using var corpus = Open();
        var (_, tokens, loss) = Assert.Single(Documents(corpus));
        Assert.Equal("a dog ein Hund", tokenizer.Decode(tokens));
        Assert.Equal((1, 2), (tokens[0], tokens[^1]));
        Assert.False(loss[0]);
        Assert.All(loss[1..], Assert.True);
    }

    [Fact]
    public void A_code_switched_pair_is_learnt_from_the_space_before_its_target_to_the_end()
    {
        var tokenizer = new CharacterTokenizer();
        Write(tokenizer, [Pair(EntryKind.Augmented, "a Hund", "un perro")]);
        using var corpus = Open();
        var (_, tokens, loss) = Assert.Single(Documents(corpus));
        var learnt = tokens.Where((_, i) => loss[i]).ToArray();
        Assert.Equal([.. tokenizer.Encode("un perro"), 2], learnt);
    }

    [Fact]
    public void An_instruction_is_joined_by_nothing_and_learnt_in_its_answer()
    {
        var tokenizer = new CharacterTokenizer(spaceInFront: false);
        Write(tokenizer, [new(EntryKind.Instruction, "en", "de", [new("Response:", false), new("Hund", true)], "t:1")]);
        using var corpus = Open();
        var (_, tokens, loss) = Assert.Single(Documents(corpus));
        Assert.Equal("Response:Hund", tokenizer.Decode(tokens));
        Assert.Equal([.. tokenizer.Encode("Hund"), 2], tokens.Where((_, i) => loss[i]));
    }

    [Fact]
    public void Monolingual_lines_become_one_text_that_goes_on_in_the_next_block()
    {
        var tokenizer = new CharacterTokenizer(spaceInFront: false);
        Write(tokenizer, [Line("en", new string('a', 20)), Line("en", new string('b', 20)), Line("de", "eins")]);
        using var corpus = Open();
        var documents = Documents(corpus);
        Assert.Equal(["aaaaaaaaaaaaaaaaaaaa\nbbbbbbbbbb", "bbbbbbbbbb", "eins"], documents.Select(d => tokenizer.Decode(d.Tokens)));
        Assert.Equal([32, 12, 6], documents.Select(document => document.Tokens.Length)); // BOS each, EOS where the text ends
    }

    [Fact]
    public void A_pair_longer_than_a_block_is_cut_and_counted()
    {
        var manifest = Write(
            new CharacterTokenizer(), [Pair(EntryKind.Parallel, "short", new string('x', 60)), Pair(EntryKind.Parallel, "a", "b")]);
        var count = Assert.Single(manifest.Counts);
        Assert.Equal((2, 2, 1), (count.Entries, count.Documents, count.CutEntries));
        Assert.Equal(6 + 61 - 31, count.CutTokens);
        using var corpus = Open();
        Assert.Contains(Documents(corpus), document => document.Tokens.Length == 32 && document.Tokens[^1] != 2);
    }

    [Fact]
    public void An_entry_with_nothing_to_learn_is_left_out_and_counted()
    {
        var manifest = Write(
            new CharacterTokenizer(),
            [new(EntryKind.Instruction, "en", "de", [new(new string('p', 60), false), new("answer", true)], "t:1"), Line("en", ""),
                Line("de", "da")]);
        Assert.Equal(
            [(EntryKind.Monolingual, "de", 0L), (EntryKind.Monolingual, "en", 1L), (EntryKind.Instruction, "en", 1L)],
            manifest.Counts.Select(count => (count.Kind, count.Source, count.EmptyEntries)));
    }

    [Fact]
    public void Writing_twice_on_other_numbers_of_cores_gives_the_same_bytes()
    {
        var entries = RandomEntries.Draw(8, 3000, longestWord: 5);
        Write(new CharacterTokenizer(), entries, _options with { Threads = 1 });
        var first = Hashes();
        Write(new CharacterTokenizer(), entries, _options with { Threads = 8 });
        Assert.Equal(first, Hashes());
    }

    [Fact]
    public void The_bytes_of_a_corpus_without_a_mix_stay_those_of_the_first_version()
    {
        Write(new CharacterTokenizer(), RandomEntries.Draw(8, 3000, longestWord: 5));
        byte[] both = [.. File.ReadAllBytes(_folder["train.index"]), .. File.ReadAllBytes(_folder["train.tokens"])];
        Assert.Equal("6ef1cf84b85732ce1bd23b7f6e5fe094c87548ce4a32d8af5027f174e7a3b157", Convert.ToHexStringLower(SHA256.HashData(both)));
    }

    [Fact]
    public void Best_fit_leaves_little_padding()
    {
        var entries = RandomEntries.Draw(21, 5000, longestWord: 4);
        var manifest = Write(
            new CharacterTokenizer(), entries, new() { BlockLength = 512, OpenBlocks = 64, MonolingualDocumentLength = 2000 });
        Assert.InRange(manifest.PaddingShare, 0, 0.02);
    }

    [Fact]
    public void Threads_read_the_same_corpus_at_once_and_without_allocating()
    {
        Write(new CharacterTokenizer(), RandomEntries.Draw(5, 2000, longestWord: 5));
        using var corpus = Open();
        var alone = Documents(corpus).Select(document => string.Join(',', document.Tokens)).ToList();
        Parallel.For(0, 8, _ => Assert.Equal(alone, Documents(corpus).Select(document => string.Join(',', document.Tokens))));

        var block = new PackedBlock(corpus.BlockLength);
        for (var i = 0; i < corpus.BlockCount; i++)
            corpus.Read(i, block);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < corpus.BlockCount; i++)
            corpus.Read(i, block);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Nothing_to_pack_is_the_users_error_and_leaves_no_file()
    {
        var error = Assert.Throws<RequestException>(() => Write(new CharacterTokenizer(), []));
        Assert.Contains("nothing to pack", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../train")]
    public void A_name_with_folders_is_refused(string name) =>
        Assert.Throws<RequestException>(
            () => new PackedCorpusWriter(new CharacterTokenizer(), _options).Write(_folder.Path, name, [Line("en", "a")]));

    [Fact]
    public void Options_that_break_their_rules_are_named_at_once()
    {
        var error = Assert.Throws<RequestException>(() =>
            new PackedCorpusWriter(
                new CharacterTokenizer(), new() { BlockLength = 1, OpenBlocks = 0, MonolingualDocumentLength = 0, Threads = 0 }));
        Assert.All(["blockLength", "openBlocks", "monolingualDocumentLength", "threads"],
            name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_truncated_or_flipped_index_is_refused()
    {
        Write(new CharacterTokenizer(), RandomEntries.Draw(6, 8, longestWord: 4));
        var path = _folder["train.index"];
        var good = File.ReadAllBytes(path);
        for (var length = 0; length < good.Length; length += 7)
        {
            File.WriteAllBytes(path, good[..length]);
            Assert.Throws<RequestException>(() => Open().Dispose());
        }

        for (var place = 0; place < good.Length; place++)
        {
            var bad = (byte[])good.Clone();
            bad[place] ^= 0x41;
            File.WriteAllBytes(path, bad);
            Assert.Throws<RequestException>(() => Open().Dispose());
        }
    }

    [Fact]
    public void A_hostile_index_with_a_true_checksum_never_reads_out_of_bounds()
    {
        Write(new CharacterTokenizer(), RandomEntries.Draw(7, 8, longestWord: 4));
        var path = _folder["train.index"];
        var good = File.ReadAllBytes(path);
        for (var place = 8; place < good.Length; place++)
        {
            foreach (var flip in (byte[])[0x01, 0x80, 0xFF])
            {
                var bad = (byte[])good.Clone();
                bad[place] ^= flip;
                byte[] hashed = [.. bad[PackedFormat.HeaderLength..], .. bad[..PackedFormat.HashedHeaderLength]];
                SHA256.HashData(hashed).CopyTo(bad, PackedFormat.HashedHeaderLength);
                File.WriteAllBytes(path, bad);
                try
                {
                    using var corpus = Open();
                    Documents(corpus);
                }
                catch (RequestException)
                {
                    // Refused; what is not refused (another language, another loss range inside its document) reads without harm.
                }
            }
        }
    }

    [Fact]
    public void Truncated_missing_or_foreign_tokens_are_refused()
    {
        Write(new CharacterTokenizer(vocabularySize: 1000), RandomEntries.Draw(6, 30, longestWord: 4));
        var path = _folder["train.tokens"];
        var good = File.ReadAllBytes(path);
        File.WriteAllBytes(path, good[..^2]);
        Assert.Throws<RequestException>(() => Open().Dispose());

        var bad = (byte[])good.Clone();
        (bad[2], bad[3]) = (0xFF, 0xFF);
        File.WriteAllBytes(path, bad);
        using (var corpus = Open())
        {
            Assert.Throws<RequestException>(corpus.Verify);
            var error = Assert.Throws<RequestException>(() => corpus.Read(0, new PackedBlock(corpus.BlockLength)));
            Assert.Contains("65535", error.Message, StringComparison.Ordinal);
        }

        File.Delete(path);
        Assert.Throws<RequestException>(() => Open().Dispose());
    }

    [Fact]
    public void The_manifest_says_what_was_packed_and_how()
    {
        Write(new CharacterTokenizer(), [Pair(EntryKind.Parallel, "a", "b"), Line("en", "c")]);
        var json = File.ReadAllText(_folder["manifest.json"]);
        Assert.Contains("\"blockLength\": 32", json, StringComparison.Ordinal);
        Assert.Contains("\"kind\": \"parallel\"", json, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_folder["train.tokens"]))), json,
            StringComparison.Ordinal);
    }

    private static IEnumerable<(int[] Tokens, bool[] Loss)> ByHand(CharacterTokenizer tokenizer, TrainingEntry entry)
    {
        var space = entry.IsJoinedBySpace && !tokenizer.PutsSpaceInFront ? " " : "";
        var content = entry.Segments
            .SelectMany((segment, i) =>
                tokenizer.Encode(i > 0 ? space + segment.Text : segment.Text).Select(id => (Id: id, segment.HasLoss)))
            .ToList();
        int[] bos = tokenizer.BosId is { } b ? [b] : [];
        var room = _options.BlockLength - bos.Length;
        var chunks = content.Chunk(room).ToList();
        for (var i = 0; i < chunks.Count && (i == 0 || entry.Kind == EntryKind.Monolingual); i++)
        {
            var tokens = bos.Concat(chunks[i].Select(token => token.Id)).ToList();
            var loss = bos.Select(_ => false).Concat(chunks[i].Select(token => token.HasLoss)).ToList();
            if (i == chunks.Count - 1 && tokenizer.EosId is { } eos && tokens.Count < _options.BlockLength)
            {
                tokens.Add(eos);
                loss.Add(entry.Segments[^1].HasLoss);
            }

            loss[0] = false;
            if (loss.Contains(true))
                yield return ([.. tokens], [.. loss]);
        }
    }

    private static TrainingEntry Pair(EntryKind kind, string source, string target) =>
        new(kind, "en", "de", [new(source, kind == EntryKind.Parallel), new(target, true)], "t:1");

    private static TrainingEntry Line(string language, string text) => new(EntryKind.Monolingual, language, "", [new(text, true)], "t:1");

    private static List<(PackedDocument Document, int[] Tokens, bool[] Loss)> Documents(PackedCorpus corpus)
    {
        var block = new PackedBlock(corpus.BlockLength);
        List<(PackedDocument, int[], bool[])> documents = [];
        for (var index = 0; index < corpus.BlockCount; index++)
        {
            corpus.Read(index, block);
            foreach (var document in block.Documents)
                documents.Add((document, block.Tokens[document.Start..(document.Start + document.Length)],
                    block.Loss[document.Start..(document.Start + document.Length)]));
        }

        return documents;
    }

    private PackedCorpusManifest Write(CharacterTokenizer tokenizer, IEnumerable<TrainingEntry> entries, PackingOptions? options = null) =>
        new PackedCorpusWriter(tokenizer, options ?? _options).Write(_folder.Path, "train", entries);

    private PackedCorpus Open() => PackedCorpus.Open(_folder["train.index"]);

    private string Hashes() => string.Join(
        '\n', Directory.GetFiles(_folder.Path).Order().Select(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))));
}
