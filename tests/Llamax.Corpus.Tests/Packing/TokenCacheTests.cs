using System.Security.Cryptography;
using Llamax.Corpus.Mixing;
using Llamax.Corpus.Packing;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Packing;

public sealed class TokenCacheTests : IDisposable
{
    private const int Count = 10_000; // three chunks

    private readonly TemporaryFolder _folder = new();
    private readonly CountingTokenizer _tokenizer = new();
    private readonly List<TrainingEntry> _entries = [.. Enumerable.Range(0, Count).Select(i => new TrainingEntry(
        EntryKind.Parallel, "en", "ha", [new($"left {i}", true), new($"right {i}", true)], $"en-ha.tsv:{i + 1}"))];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void With_a_cache_the_bytes_are_those_without()
    {
        Write("plain", null);
        Write("cached", "cache");
        Write("again", "cache");
        Assert.Equal(Hashes("plain"), Hashes("cached"));
        Assert.Equal(Hashes("plain"), Hashes("again"));
    }

    [Fact]
    public void Nothing_is_tokenised_twice_for_another_block_length_or_another_mix()
    {
        Write("first", "cache");
        Assert.Equal(2 * Count, _tokenizer.TakeAsked().Count);
        Write("longer", "cache", new() { BlockLength = 200 });
        Write("mixed", "cache", new() { Mix = new() { Budget = 4 * Count } });
        Write("curriculum", "cache", new() { BlockLength = 100, OpenBlocks = 3, Mix = new() { Method = MixMethod.UniMax } });
        Assert.Empty(_tokenizer.TakeAsked());
        new PackedCorpusWriter(new CountingTokenizer("another"), new()) { Cache = _folder["cache"] }.Write(_folder["b"], "x", _entries);
        Assert.Empty(_tokenizer.TakeAsked());
        Assert.Equal(6, Files().Length);
    }

    [Fact]
    public void Another_tokenizer_shares_nothing()
    {
        Write("first", "cache");
        var other = new CountingTokenizer("another");
        new PackedCorpusWriter(other, new()) { Cache = _folder["cache"] }.Write(_folder["second"], "train", _entries);
        Assert.Equal(2 * Count, other.TakeAsked().Count);
    }

    [Fact]
    public void After_a_crash_only_what_was_not_finished_is_tokenised()
    {
        var cache = _folder["cache"];
        var writer = new PackedCorpusWriter(_tokenizer, new() { Threads = 1 }) { Cache = cache };
        Assert.Throws<IOException>(() => writer.Write(_folder["first"], "train", Broken(9_000)));
        Assert.Equal(2, Files().Length);
        var before = _tokenizer.TakeAsked();
        Write("second", "cache");
        var after = _tokenizer.TakeAsked();
        Assert.Empty(before.Intersect(after));
        Assert.Equal(2 * Count, before.Count + after.Count);
        Write("plain", null);
        Assert.Equal(Hashes("plain"), Hashes("second"));

        IEnumerable<TrainingEntry> Broken(int at)
        {
            for (var i = 0; i < at; i++)
                yield return _entries[i];
            throw new IOException("the power went");
        }
    }

    [Fact]
    public void Replicas_in_a_chunk_are_tokenised_once()
    {
        var replicas = _entries.Take(1000).SelectMany(entry => new[] { entry, entry, entry });
        new PackedCorpusWriter(_tokenizer, new()).Write(_folder["replicas"], "train", replicas);
        Assert.Equal(2000, _tokenizer.TakeAsked().Count);
    }

    [Fact]
    public void Replicas_far_apart_are_mostly_tokenised_once_also_where_a_killed_run_had_the_first_of_them()
    {
        var replicas = _entries.Concat(_entries).ToList();
        var writer = new PackedCorpusWriter(_tokenizer, new() { Threads = 1 }) { Cache = _folder["cache"] };
        Assert.Throws<IOException>(() => writer.Write(_folder["killed"], "train", replicas.Take(9000).Append(null!).Select(
            entry => entry ?? throw new IOException("the power went"))));
        writer.Write(_folder["train"], "train", replicas);
        var asked = _tokenizer.TakeAsked();
        Assert.Equal(2 * Count, asked.Distinct().Count());
        Assert.InRange(asked.Count, 2 * Count, 2.1 * Count);
    }

    [Fact]
    public void What_was_forgotten_is_made_again_and_the_same()
    {
        var recent = new RecentTexts(_tokenizer.Encode, tokens: 64 * 2048);
        var draws = new Draws(1, "texts");
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string('x', draws.Below(12, i)) + draws.Below(1000, i, 1);
            Assert.Equal(new CharacterTokenizer(spaceInFront: false).Encode(text), recent.Encode(text));
        }

        Assert.InRange(_tokenizer.TakeAsked().Count, 1000, 19_500);
        recent.Encode("again");
        recent.Encode("again");
        Assert.Single(_tokenizer.TakeAsked());
    }

    [Fact]
    public void A_damaged_file_is_noticed_and_made_again()
    {
        Write("first", "cache");
        var good = Hashes("first");
        _tokenizer.TakeAsked();
        var file = Files().OrderBy(path => new FileInfo(path).Length).First(); // the last chunk, of 1,808 entries
        var bytes = File.ReadAllBytes(file);
        for (var place = 0; place < bytes.Length; place += bytes.Length / 3)
        {
            var bad = (byte[])bytes.Clone();
            bad[place] ^= 0x20;
            File.WriteAllBytes(file, bad);
            Again();
        }

        foreach (var length in (int[])[0, 60, bytes.Length - 1])
        {
            File.WriteAllBytes(file, bytes[..length]);
            Again();
        }

        File.Copy(Files().First(other => other != file), file, overwrite: true); // whole, but of other texts
        Again();

        void Again()
        {
            var events = new RecordedEvents();
            new PackedCorpusWriter(_tokenizer, new(), events) { Cache = _folder["cache"] }.Write(_folder["again"], "train", _entries);
            Assert.Equal(2 * 1808, _tokenizer.TakeAsked().Count);
            Assert.Contains("1 damaged files", Assert.Single(events.Warnings), StringComparison.Ordinal);
            Assert.Equal(good, Hashes("again"));
            Assert.Equal(bytes, File.ReadAllBytes(file));
        }
    }

    [Fact]
    public void A_file_that_another_process_is_writing_is_left_to_it()
    {
        var cache = new TokenCache(_folder["cache"], "f", 1000);
        var key = cache.KeyOf(["a"]);
        cache.Write(key, [[1, 2]]);
        var path = Assert.Single(Files());
        using (new FileStream(path + AtomicFile.TemporarySuffix, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
            cache.Write(key, [[1, 2]]);
        Assert.Equal([[1, 2]], cache.Read(key)!);
    }

    [Fact]
    public void A_hostile_file_with_a_true_checksum_is_refused_or_read_within_its_bounds()
    {
        var cache = new TokenCache(_folder["cache"], "f", 1000);
        var key = cache.KeyOf(["a", "b", "c"]);
        int[] shared = [1, 2];
        cache.Write(key, [shared, [3, 4, 5], shared]);
        var path = Assert.Single(Files());
        var good = File.ReadAllBytes(path);
        var refused = 0;
        for (var place = 0; place < good.Length - SHA256.HashSizeInBytes; place++)
        {
            foreach (var flip in (byte[])[0x01, 0x7F, 0x80, 0xFF])
            {
                var bad = (byte[])good.Clone();
                bad[place] ^= flip;
                SHA256.HashData(bad.AsSpan(0, bad.Length - SHA256.HashSizeInBytes)).CopyTo(bad, bad.Length - SHA256.HashSizeInBytes);
                File.WriteAllBytes(path, bad);
                if (cache.Read(key) is { } tokens)
                    Assert.All(tokens, text => Assert.InRange(text.Length, 0, 5));
                else
                    refused++;
            }
        }

        Assert.Equal(refused, cache.Damaged);
        File.WriteAllBytes(path, good);
        Assert.Equal([shared, [3, 4, 5], shared], cache.Read(key)!);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Shards_merged_are_the_bytes_of_one_and_merging_tokenises_nothing(int shards)
    {
        Write("one", null);
        _tokenizer.TakeAsked();
        var writer = new PackedCorpusWriter(_tokenizer, new()) { Cache = _folder["cache"] };
        for (var number = shards; number >= 1; number--)
            writer.WriteShard(_entries, new(number, shards));
        Assert.Equal(2 * Count, _tokenizer.TakeAsked().Count);
        new PackedCorpusWriter(_tokenizer, new()) { Cache = _folder["cache"], Merge = shards }.Write(_folder["merged"], "train", _entries);
        Assert.Empty(_tokenizer.TakeAsked());
        Assert.Equal(Hashes("one"), Hashes("merged"));
    }

    [Fact]
    public void Merging_names_the_shard_that_is_missing_and_a_tokenizer_that_is_another()
    {
        var writer = new PackedCorpusWriter(_tokenizer, new()) { Cache = _folder["cache"] };
        writer.WriteShard(_entries, new(1, 3));
        writer.WriteShard(_entries, new(3, 3));
        string Refusal(CountingTokenizer tokenizer)
        {
            var merging = new PackedCorpusWriter(tokenizer, new()) { Cache = _folder["cache"], Merge = 3 };
            return Assert.Throws<RequestException>(() => merging.Write(_folder["merged"], "train", _entries)).Message;
        }

        Assert.Contains(
            "shard 2-of-3: these entries were not tokenised with this tokenizer", Refusal(_tokenizer), StringComparison.Ordinal);
        Assert.Contains("--shard i/3", Refusal(_tokenizer), StringComparison.Ordinal);
        Assert.Contains("shard 1-of-3", Refusal(new("another")), StringComparison.Ordinal);
        Assert.Throws<RequestException>(() => new PackedCorpusWriter(_tokenizer, new()) { Cache = "c", Merge = 0 }.Write("x", "y", []));
        Assert.Throws<RequestException>(
            () => new PackedCorpusWriter(_tokenizer, new()) { Cache = "c", Merge = 2 }.WriteShard([], new(1, 2)));
    }

    private string[] Files() => Directory.GetFiles(_folder["cache"], "*.tokens", SearchOption.AllDirectories);

    private void Write(string name, string? cache, PackingOptions? options = null) =>
        new PackedCorpusWriter(_tokenizer, options ?? new()) { Cache = cache is null ? null : _folder[cache] }
            .Write(_folder[name], "train", _entries);

    private string Hashes(string name) => string.Join(
        '\n', Directory.GetFiles(_folder[name]).Order().Select(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))));
}
