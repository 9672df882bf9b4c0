using Llamax.Text.Tokenization;

namespace Llamax.Corpus.Packing;

/// <summary>Entries to documents of at most one block.</summary>
internal sealed class DocumentLayout(ITokenizer tokenizer, int blockLength)
{
    private readonly int? _bos = tokenizer.BosId;
    private readonly int? _eos = tokenizer.EosId;
    private readonly int _room = blockLength - (tokenizer.BosId is null ? 0 : 1);

    public LaidEntry Lay(EntryTokens entry)
    {
        if (entry.Head.Kind == EntryKind.Preference)
            return LayPreference(entry);
        var count = Count(entry.Segments);
        if (count == 0)
            return new(entry.Head, [], 0);

        // Monolingual text goes on in a new document; a pair or an answer without its beginning would teach nonsense.
        var kept = entry.Head.Kind == EntryKind.Monolingual ? count : Math.Min(count, _room);
        var pieces = new List<DocumentTokens>((kept / _room) + 1);
        for (var start = 0; start < kept; start += _room)
        {
            var piece = Piece(entry.Head, entry.Segments, start, Math.Min(_room, kept - start), count);
            if (piece.Loss.Length > 0)
                pieces.Add(piece);
        }

        return new(entry.Head, pieces, count - kept);
    }

    /// <summary>Both answers whole, or nothing: half a preference, or one cut short, would teach what nobody prefers.</summary>
    private LaidEntry LayPreference(EntryTokens entry)
    {
        var pieces = new List<DocumentTokens>(2);
        foreach (var answer in entry.Segments.Skip(1))
        {
            SegmentTokens[] side = [entry.Segments[0], answer];
            var count = Count(side);
            if (count > _room)
                return new(entry.Head, [], count);
            pieces.Add(Piece(entry.Head, side, 0, count, count));
        }

        var isLearnt = pieces.TrueForAll(piece => piece.Loss.Length > 0) && !pieces[0].Tokens.AsSpan().SequenceEqual(pieces[1].Tokens);
        var length = pieces.Sum(piece => piece.Tokens.Length);
        var lost = isLearnt && length > blockLength ? length : 0;
        return new(entry.Head, isLearnt && lost == 0 ? pieces : [], lost);
    }

    private static int Count(SegmentTokens[] segments)
    {
        var count = 0;
        foreach (var segment in segments)
            count += segment.Tokens.Length;
        return count;
    }

    /// <summary>BOS, the tokens, and EOS where the text ends here and the block has room for it.</summary>
    private DocumentTokens Piece(EntryHead head, SegmentTokens[] segments, int start, int count, int all)
    {
        var first = _bos is null ? 0 : 1;
        var isEnded = _eos is not null && start + count == all && first + count < blockLength;
        var tokens = new int[first + count + (isEnded ? 1 : 0)];
        if (_bos is { } bos)
            tokens[0] = bos;
        var loss = new LossRanges();
        var place = 0;
        foreach (var segment in segments)
        {
            var (from, to) = (Math.Max(place, start), Math.Min(place + segment.Tokens.Length, start + count));
            if (from < to)
            {
                segment.Tokens.AsSpan(from - place, to - from).CopyTo(tokens.AsSpan(first + from - start));
                if (segment.HasLoss)
                    loss.Add(first + from - start, to - from);
            }

            place += segment.Tokens.Length;
        }

        if (isEnded)
        {
            tokens[^1] = _eos!.Value;
            if (segments[^1].HasLoss)
                loss.Add(tokens.Length - 1, 1);
        }

        return new(head, tokens, loss.ToArray());
    }

    private struct LossRanges()
    {
        private readonly List<LossRange> _ranges = new(2);

        public readonly void Add(int start, int length)
        {
            if (start == 0)
                (start, length) = (1, length - 1); // nothing stands before the first token that could predict it
            if (length == 0)
                return;
            if (_ranges is [.., var last] && last.Start + last.Length == start)
                _ranges[^1] = last with { Length = last.Length + length };
            else
                _ranges.Add(new(start, length));
        }

        public readonly LossRange[] ToArray() => [.. _ranges];
    }
}
