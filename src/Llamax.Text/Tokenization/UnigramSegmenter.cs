using System.Buffers;
using System.Text;
using Llamax.Text.Normalization;

namespace Llamax.Text.Tokenization;

/// <summary>
/// The most probable cut under a unigram language model (Kudo 2018): Viterbi over the dictionary, with the float arithmetic of
/// SentencePiece's EncodeOptimized (unigram_model.cc), because ties are decided by rounding.
/// </summary>
internal sealed class UnigramSegmenter : IPieceSegmenter
{
    private const float UnknownPenalty = 10;

    private readonly ByteTrie _pieces;
    private readonly int[] _beginnings = new int[char.MaxValue + 1]; // where the walk stands after each character of the basic plane
    private readonly double[] _scores;
    private readonly float _unknownScore;
    private readonly int _unknownId;

    public UnigramSegmenter(IReadOnlyList<VocabularyPiece> pieces)
    {
        var minimum = float.MaxValue;
        var maximum = 1.17549435E-38f; // FLT_MIN, where SentencePiece begins its search for the maximum
        _scores = new double[pieces.Count];
        for (var id = 0; id < pieces.Count; id++)
        {
            var piece = pieces[id];
            _scores[id] = piece.Score;
            if (piece.Type == PieceType.Unknown)
                _unknownId = id;
            if (piece.Type != PieceType.Normal)
                continue;
            minimum = Math.Min(minimum, piece.Score);
            maximum = Math.Max(maximum, piece.Score);
        }

        for (var id = 0; id < pieces.Count; id++)
            if (pieces[id].Type == PieceType.UserDefined)
                _scores[id] = Encoding.UTF8.GetByteCount(pieces[id].Text) * maximum - 0.1;
        _unknownScore = minimum - UnknownPenalty;
        _pieces = new ByteTrie(
            pieces.Select((piece, id) => (piece, id)).Where(entry => entry.piece.Type is PieceType.Normal or PieceType.UserDefined)
                .Select(entry => (Encoding.UTF8.GetBytes(entry.piece.Text), entry.id)));
        Span<byte> bytes = stackalloc byte[4];
        for (var character = 0; character < _beginnings.Length; character++)
            _beginnings[character] = Rune.TryCreate(character, out var rune) ? _pieces.Walk(bytes[..rune.EncodeToUtf8(bytes)]) : -1;
    }

    public void Segment(ReadOnlySpan<byte> normalized, List<PieceSpan> parts)
    {
        var best = ArrayPool<BestPath>.Shared.Rent(normalized.Length + 1);
        best.AsSpan(0, normalized.Length + 1).Fill(new BestPath(-1, 0, -1));
        for (var start = 0; start < normalized.Length;)
        {
            var isWhole = Rune.DecodeFromUtf8(normalized[start..], out var rune, out var characterLength) == OperationStatus.Done;
            var score = best[start].Score;
            var hasSinglePiece = false;
            var end = start + characterLength;
            var node = isWhole && rune.IsBmp ? _beginnings[rune.Value] : _pieces.Walk(normalized[start..end]);
            while (node >= 0)
            {
                if (_pieces.Value(node) is >= 0 and var id)
                {
                    Improve(ref best[end], _scores[id] + score, start, id);
                    hasSinglePiece |= end - start == characterLength;
                }

                node = end < normalized.Length ? _pieces.Child(node, normalized[end++]) : -1;
            }

            if (!hasSinglePiece)
                Improve(ref best[start + characterLength], _unknownScore + score, start, _unknownId);
            start += characterLength;
        }

        var first = parts.Count;
        for (var end = normalized.Length; end > 0; end = best[end].Start)
            parts.Add(new PieceSpan(best[end].Id, end - best[end].Start));
        parts.Reverse(first, parts.Count - first);
        ArrayPool<BestPath>.Shared.Return(best);
    }

    private static void Improve(ref BestPath target, double score, int start, int id)
    {
        if (target.Start < 0 || score > target.Score)
            target = new BestPath(id, (float)score, start);
    }

    private readonly record struct BestPath(int Id, float Score, int Start);
}
