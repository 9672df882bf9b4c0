using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Text.Tokenization;

namespace Llamax.Corpus.Packing;

/// <summary>
/// Entries to tokens: chunks of consecutive entries, encoded on all cores, in their order. A text that occurs several times in a chunk is
/// encoded once, one of an earlier chunk mostly not again; a chunk that the cache holds not at all.
/// </summary>
internal sealed class EntryTokenizer(ITokenizer tokenizer, PackingOptions options, TokenCache? cache)
{
    private const int EntriesInChunk = 4096;
    private const int UnitsInChunk = 1 << 22;

    private readonly SegmentTexts _texts = new(tokenizer);
    private readonly RecentTexts _recent = new(tokenizer.Encode);

    public IEnumerable<EntryTokens> Encode(IEnumerable<TrainingEntry> entries) =>
        OrderedWork.Do(Chunks(entries), options.Threads, chunk => Encode(chunk, Encode)).SelectMany(chunk => chunk);

    /// <summary>Entries whose chunks all are in the cache.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="shards">Told whose chunk is missing.</param>
    /// <exception cref="RequestException">A chunk is not in the cache.</exception>
    public IEnumerable<EntryTokens> Merge(IEnumerable<TrainingEntry> entries, int shards) =>
        OrderedWork.Do(Chunks(entries).Index(), options.Threads, chunk => Encode(chunk.Item, texts => cache!.Read(cache.KeyOf(texts))
            ?? throw new RequestException(
                "these entries were not tokenised with this tokenizer", $"shard {new Shard((chunk.Index % shards) + 1, shards)}",
                $"run llamax pack with --shard i/{shards} for each shard, with the same entries, tokenizer and cache")))
        .SelectMany(chunk => chunk);

    /// <summary>Fills the cache with the chunks of a shard.</summary>
    /// <returns>The entries of each chunk that was done, in order.</returns>
    public IEnumerable<int> Encode(IEnumerable<TrainingEntry> entries, Shard shard) =>
        OrderedWork.Do(
            Chunks(entries).Where((_, number) => number % shard.Of == shard.Number - 1), options.Threads,
            chunk => Encode(chunk, Encode).Length);

    /// <summary>Bounded in entries and in text, so that memory is; the bounds depend on the entries alone.</summary>
    internal IEnumerable<List<JoinedEntry>> Chunks(IEnumerable<TrainingEntry> entries)
    {
        List<JoinedEntry> chunk = [];
        var units = 0L;
        foreach (var joined in MonolingualDocuments.Join(entries, options.MonolingualDocumentLength))
        {
            chunk.Add(joined);
            foreach (var segment in joined.Entry.Segments)
                units += segment.Text.Length;
            if (chunk.Count < EntriesInChunk && units < UnitsInChunk)
                continue;
            yield return chunk;
            (chunk, units) = ([], 0);
        }

        if (chunk.Count > 0)
            yield return chunk;
    }

    private EntryTokens[] Encode(List<JoinedEntry> chunk, Func<List<string>, int[][]> encode)
    {
        var tokens = encode([.. chunk.SelectMany(joined => _texts.Of(joined.Entry))]);
        var next = 0;
        return [.. chunk.Select(joined => new EntryTokens(
            new(joined.Entry.Kind, joined.Entry.Source, joined.Entry.Target, joined.Entry.Origin, joined.Lines),
            [.. joined.Entry.Segments.Select(segment => new SegmentTokens(tokens[next++], segment.HasLoss))]))];
    }

    private int[][] Encode(List<string> texts)
    {
        if (cache is null)
            return EncodeOnce(texts);
        var key = cache.KeyOf(texts);
        if (cache.Read(key) is { } known)
        {
            for (var i = 0; i < known.Length; i++)
                _recent.Remember(texts[i], known[i]);
            return known;
        }

        var tokens = EncodeOnce(texts);
        cache.Write(key, tokens);
        return tokens;
    }

    private int[][] EncodeOnce(List<string> texts)
    {
        var known = new Dictionary<string, int[]>(StringComparer.Ordinal);
        var tokens = new int[texts.Count][];
        for (var i = 0; i < texts.Count; i++)
            tokens[i] = known.TryGetValue(texts[i], out var before) ? before : known[texts[i]] = _recent.Encode(texts[i]);
        return tokens;
    }
}
