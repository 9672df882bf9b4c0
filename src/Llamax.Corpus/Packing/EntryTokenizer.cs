using Llamax.Corpus.Sharding;
using Llamax.Text.Tokenization;

namespace Llamax.Corpus.Packing;

/// <summary>
/// Entries to tokens: chunks of consecutive entries, encoded on all cores, in their order. A text that occurs several times in a chunk is
/// encoded once.
/// </summary>
internal sealed class EntryTokenizer(ITokenizer tokenizer, PackingOptions options)
{
    private const int EntriesInChunk = 4096;
    private const int UnitsInChunk = 1 << 22;

    private readonly SegmentTexts _texts = new(tokenizer);

    public IEnumerable<EntryTokens> Encode(IEnumerable<TrainingEntry> entries) =>
        OrderedWork.Do(Chunks(entries), options.Threads, Encode).SelectMany(chunk => chunk);

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

    private EntryTokens[] Encode(List<JoinedEntry> chunk)
    {
        var texts = chunk.SelectMany(joined => _texts.Of(joined.Entry)).ToList();
        var tokens = EncodeTexts(texts);
        var next = 0;
        return [.. chunk.Select(joined => new EntryTokens(
            new(joined.Entry.Kind, joined.Entry.Source, joined.Entry.Target, joined.Entry.Origin, joined.Lines),
            [.. joined.Entry.Segments.Select(segment => new SegmentTokens(tokens[next++], segment.HasLoss))]))];
    }

    private int[][] EncodeTexts(List<string> texts)
    {
        var known = new Dictionary<string, int[]>(StringComparer.Ordinal);
        var tokens = new int[texts.Count][];
        for (var i = 0; i < texts.Count; i++)
            tokens[i] = known.TryGetValue(texts[i], out var before) ? before : known[texts[i]] = tokenizer.Encode(texts[i]);
        return tokens;
    }
}
