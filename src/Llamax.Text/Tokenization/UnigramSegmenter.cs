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

    private readonly ByteTrie _pieces = new();
    private readonly double[] _scores;
    private readonly bool[] _isUserDefined;
    private readonly float _maximum;
    private readonly float _unknownScore;
    private readonly int _unknownId;

    public UnigramSegmenter(IReadOnlyList<VocabularyPiece> pieces)
    {
        var minimum = float.MaxValue;
        _maximum = 1.17549435E-38f; // FLT_MIN, where SentencePiece begins its search for the maximum
        _scores = new double[pieces.Count];
        _isUserDefined = new bool[pieces.Count];
        for (var id = 0; id < pieces.Count; id++)
        {
            var piece = pieces[id];
            _scores[id] = piece.Score;
            _isUserDefined[id] = piece.Type == PieceType.UserDefined;
            if (piece.Type == PieceType.Unknown)
                _unknownId = id;
            if (piece.Type is PieceType.Normal or PieceType.UserDefined)
                _pieces.Add(Encoding.UTF8.GetBytes(piece.Text), id);
            if (piece.Type != PieceType.Normal)
                continue;
            minimum = Math.Min(minimum, piece.Score);
            _maximum = Math.Max(_maximum, piece.Score);
        }

        _unknownScore = minimum - UnknownPenalty;
    }

    public void Segment(ReadOnlySpan<byte> normalized, List<PieceSpan> parts)
    {
        var best = ArrayPool<BestPath>.Shared.Rent(normalized.Length + 1);
        best.AsSpan(0, normalized.Length + 1).Fill(new BestPath(-1, 0, -1));
        for (var start = 0; start < normalized.Length;)
        {
            Rune.DecodeFromUtf8(normalized[start..], out _, out var characterLength);
            var score = best[start].Score;
            var hasSinglePiece = false;
            var node = ByteTrie.Root;
            for (var end = start; end < normalized.Length;)
            {
                node = _pieces.Child(node, normalized[end++]);
                if (node < 0)
                    break;
                var id = _pieces.Value(node);
                if (id < 0)
                    continue;
                var own = _isUserDefined[id] ? (end - start) * _maximum - 0.1 : _scores[id];
                Improve(ref best[end], own + score, start, id);
                hasSinglePiece |= end - start == characterLength;
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
