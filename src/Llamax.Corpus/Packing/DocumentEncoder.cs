using Llamax.Text.Tokenization;

namespace Llamax.Corpus.Packing;

/// <summary>Entries to documents of at most one block. Safe to use from many threads.</summary>
internal sealed class DocumentEncoder(ITokenizer tokenizer, int blockLength)
{
    // SentencePiece models put a space before every text they encode, byte-level ones do not: the space between two sentences is
    // the tokenizer's own in the first case and written out in the second.
    private readonly string _space = tokenizer.Decode([.. tokenizer.Encode("a"), .. tokenizer.Encode("b")]) == "a b" ? "" : " ";

    public EncodedEntry Encode(TrainingEntry entry)
    {
        if (entry.Kind == EntryKind.Preference)
            return EncodePreference(entry);
        var (content, loss) = EncodeContent(entry);
        if (content.Count == 0)
            return new(entry, [], 0);

        var room = blockLength - (tokenizer.BosId is null ? 0 : 1);
        // Monolingual text goes on in a new document; a pair or an answer without its beginning would teach nonsense.
        var kept = entry.Kind == EntryKind.Monolingual ? content.Count : Math.Min(content.Count, room);
        var pieces = new List<DocumentTokens>((kept / room) + 1);
        for (var start = 0; start < kept; start += room)
        {
            var piece = Lay(entry, content, loss, start, Math.Min(room, kept - start));
            if (piece.Loss.Length > 0)
                pieces.Add(piece);
        }

        return new(entry, pieces, content.Count - kept);
    }

    /// <summary>Both answers whole, or nothing: half a preference, or one cut short, would teach what nobody prefers.</summary>
    private EncodedEntry EncodePreference(TrainingEntry entry)
    {
        var room = blockLength - (tokenizer.BosId is null ? 0 : 1);
        var pieces = new List<DocumentTokens>(2);
        var lost = 0;
        foreach (var answer in entry.Segments.Skip(1))
        {
            var side = entry with { Segments = [entry.Segments[0], answer] };
            var (content, loss) = EncodeContent(side);
            if (content.Count > room)
                return new(entry, [], content.Count);
            pieces.Add(Lay(side, content, loss, 0, content.Count));
        }

        var isLearnt = pieces.TrueForAll(piece => piece.Loss.Length > 0) && !pieces[0].Tokens.AsSpan().SequenceEqual(pieces[1].Tokens);
        var length = pieces.Sum(piece => piece.Tokens.Length);
        if (isLearnt && length > blockLength)
            lost = length;
        return new(entry, isLearnt && lost == 0 ? pieces : [], lost);
    }

    private (List<int> Content, List<bool> Loss) EncodeContent(TrainingEntry entry)
    {
        List<int> content = [];
        List<bool> loss = [];
        foreach (var (segment, index) in entry.Segments.Select((segment, index) => (segment, index)))
        {
            tokenizer.Encode(index > 0 && entry.IsJoinedBySpace ? _space + segment.Text : segment.Text, content);
            while (loss.Count < content.Count)
                loss.Add(segment.HasLoss);
        }

        return (content, loss);
    }

    /// <summary>BOS, the tokens, and EOS where the text ends here and the block has room for it.</summary>
    private DocumentTokens Lay(TrainingEntry entry, List<int> content, List<bool> loss, int start, int count)
    {
        var tokens = new List<int>(count + 2);
        var learnt = new List<bool>(count + 2);
        if (tokenizer.BosId is { } bos)
        {
            tokens.Add(bos);
            learnt.Add(false);
        }

        tokens.AddRange(content.GetRange(start, count));
        learnt.AddRange(loss.GetRange(start, count));
        if (tokenizer.EosId is { } eos && start + count == content.Count && tokens.Count < blockLength)
        {
            tokens.Add(eos);
            learnt.Add(entry.Segments[^1].HasLoss);
        }

        learnt[0] = false; // nothing stands before it that could predict it
        return new(entry.Kind, entry.Source, entry.Target, [.. tokens], Ranges(learnt));
    }

    private static LossRange[] Ranges(List<bool> learnt)
    {
        List<LossRange> ranges = [];
        for (var start = 0; start < learnt.Count; start++)
        {
            if (!learnt[start])
                continue;
            var end = start;
            while (end < learnt.Count && learnt[end])
                end++;
            ranges.Add(new(start, end - start));
            start = end;
        }

        return [.. ranges];
    }
}
