using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Llamax.Runs;
using Llamax.Text.Normalization;

namespace Llamax.Text.Tokenization;

/// <summary>
/// Vocabularies in SentencePiece's spelling (▁ for a space, optional bytes for unknown characters), BPE or unigram, whichever file they
/// were read from. Control pieces written out in the text are text: <c>&lt;/s&gt;</c> in a corpus does not end a sequence.
/// </summary>
internal sealed class SentencePieceTokenizer : VocabularyTokenizer
{
    private readonly PieceNormalizer _normalizer;
    private readonly IPieceSegmenter _segmenter;
    private readonly SentencePieceSurface _surface;

    public SentencePieceTokenizer(
        Vocabulary vocabulary, PieceNormalizer normalizer, IPieceSegmenter segmenter, IReadOnlyCollection<AddedToken> addedTokens,
        SentencePieceSurface surface, SpecialIds special, string fingerprint)
        : base(vocabulary, addedTokens, special, fingerprint)
    {
        _normalizer = normalizer;
        _segmenter = segmenter;
        _surface = surface;
    }

    /// <summary>The tokenizer of a <c>tokenizer.model</c>.</summary>
    /// <param name="model">What the file holds.</param>
    /// <param name="addedTokens">Tokens that the folder's other files add.</param>
    /// <param name="fingerprint">SHA-256 of the file.</param>
    /// <param name="where">Names the file in errors.</param>
    public static ITokenizer From(
        SentencePieceModel model, IReadOnlyCollection<AddedToken> addedTokens, string fingerprint, string where)
    {
        var vocabulary = new Vocabulary([.. model.Pieces.Select(piece => (piece.Text, piece.Type))], where);
        if (model.ByteFallback && !vocabulary.HasAllBytes)
            throw new RequestException("byte fallback without a piece for each of the 256 bytes", where, "fetch the file again");
        var ownPieces = model.Pieces.Select((piece, id) => (piece, id)).Where(entry => entry.piece.Type == PieceType.UserDefined)
            .Select(entry => (Encoding.UTF8.GetBytes(entry.piece.Text), entry.id)).ToList();
        var userDefined = ownPieces.Count > 0 ? new ByteTrie(ownPieces) : null;
        PrecompiledCharacterMap? map = null;
        try
        {
            if (model.CharacterMap.Length > 0)
                map = new PrecompiledCharacterMap(model.CharacterMap.AsSpan());
        }
        catch (FormatException problem)
        {
            throw new RequestException(problem.Message, where, "fetch the file again", problem);
        }

        int? Control(string text) =>
            vocabulary.Find(text) is >= 0 and var id && vocabulary.Type(id) == PieceType.Control ? id : null;

        return new SentencePieceTokenizer(
            vocabulary,
            new PieceNormalizer(
                map, userDefined, model.AddDummyPrefix ? DummyPrefix.Always : DummyPrefix.None,
                model.RemoveExtraWhitespaces, model.EscapeWhitespaces),
            model.Segmentation == SegmentationModel.Bpe
                ? new BpeSegmenter(model.Pieces, merges: null, userDefined, WordBounds.None)
                : new UnigramSegmenter(model.Pieces),
            addedTokens,
            new SentencePieceSurface(model.ByteFallback, FuseUnknown: true, model.UnknownSurface),
            new SpecialIds(Control(model.BosPiece), Control(model.EosPiece), Control(model.PadPiece)),
            fingerprint);
    }

    public override void Encode(string text, List<int> ids)
    {
        var normalized = new Utf8Buffer(text.Length + (text.Length >> 1));
        var parts = new List<PieceSpan>(text.Length / 2 + 4);
        Walk(text, normalized, parts, ids.Add, (id, bytes) => AddIds(id, bytes, ids));
    }

    public override IReadOnlyList<string> EncodePieces(string text)
    {
        var pieces = new List<string>();
        var ids = new List<int>();
        Walk(text, new Utf8Buffer(text.Length + 3), [], id => pieces.Add(Piece(id)), (id, bytes) =>
        {
            if (!IsUnknown(id))
            {
                pieces.Add(Vocabulary.Text(id));
                return;
            }

            if (!_surface.ByteFallback)
            {
                pieces.Add(Encoding.UTF8.GetString(bytes));
                return;
            }

            ids.Clear();
            AddIds(id, bytes, ids);
            pieces.AddRange(ids.Select(Vocabulary.Text));
        });
        return pieces;
    }

    public override string Decode(ReadOnlySpan<int> ids)
    {
        var text = new StringBuilder(4 * ids.Length);
        var bytes = new List<byte>();
        var (atStart, prefixSeen) = (true, false);
        foreach (var id in ids)
        {
            var added = AddedToken(id);
            if (id < Vocabulary.Count && Vocabulary.Type(id) == PieceType.Byte)
            {
                bytes.Add(Vocabulary.ByteOf(id));
                continue;
            }

            AppendBytes(text, bytes);
            if (prefixSeen || text.Length > 0)
                atStart = false;
            prefixSeen = false;
            if (added is not null)
            {
                text.Append(added.IsSpecial ? "" : added.Text);
                continue;
            }

            if (id >= Vocabulary.Count || Vocabulary.Text(id).Length == 0)
                continue; // an id that the file gives to nothing
            switch (Vocabulary.Type(id))
            {
                case PieceType.Control:
                    continue;
                case PieceType.Unknown:
                    text.Append(_surface.Unknown);
                    continue;
            }

            var piece = Vocabulary.Text(id).AsSpan();
            if (atStart && piece[0] == '\u2581' && (_normalizer.AddsPrefix || _normalizer.RemovesExtraWhitespaces))
            {
                piece = piece[1..];
                prefixSeen = !_normalizer.RemovesExtraWhitespaces; // where runs of spaces go, the next piece may begin with one more
            }

            foreach (var letter in piece)
                text.Append(letter == '\u2581' ? ' ' : letter);
        }

        AppendBytes(text, bytes);
        return text.ToString();
    }

    protected override byte[] PieceBytes(int id) => Vocabulary.Type(id) switch
    {
        PieceType.Byte => [Vocabulary.ByteOf(id)],
        PieceType.Control => [],
        PieceType.Unknown => Encoding.UTF8.GetBytes(_surface.Unknown),
        _ => Encoding.UTF8.GetBytes(Vocabulary.Text(id).Replace('\u2581', ' ')),
    };

    private delegate void PartAction(int id, ReadOnlySpan<byte> bytes);

    /// <summary>Walks over the text in order: added tokens, and between them the parts of the normalised text.</summary>
    private void Walk(string text, Utf8Buffer normalized, List<PieceSpan> parts, Action<int> addedToken, PartAction part)
    {
        for (var start = 0; start < text.Length;)
        {
            var token = AddedTokens.Find(text, start, out var from, out var to);
            normalized.Truncate(0);
            parts.Clear();
            _normalizer.Normalize(text.AsSpan(start, from - start), isFirst: start == 0, normalized);
            _segmenter.Segment(normalized.Written, parts);
            var rest = normalized.Written;
            for (var i = 0; i < parts.Count; i++)
            {
                var length = parts[i].Length;
                if (_surface.FuseUnknown && !_surface.ByteFallback && IsUnknown(parts[i].Id))
                    while (i + 1 < parts.Count && IsUnknown(parts[i + 1].Id))
                        length += parts[++i].Length; // a run of characters without pieces is one unknown piece
                part(parts[i].Id, rest[..length]);
                rest = rest[length..];
            }

            if (token is not null)
                addedToken(token.Id);
            start = to;
        }
    }

    private void AddIds(int id, ReadOnlySpan<byte> bytes, List<int> ids)
    {
        if (!IsUnknown(id))
            ids.Add(id);
        else if (!_surface.ByteFallback)
            ids.Add(Vocabulary.UnknownId);
        else
            foreach (var value in bytes)
                ids.Add(Vocabulary.ByteId(value));
    }

    private bool IsUnknown(int id) => id < 0 || Vocabulary.Type(id) == PieceType.Unknown;

    /// <summary>Bytes in a row are read as UTF-8; each byte that belongs to no character becomes one U+FFFD.</summary>
    private static void AppendBytes(StringBuilder text, List<byte> bytes)
    {
        var rest = CollectionsMarshal.AsSpan(bytes);
        while (!rest.IsEmpty)
        {
            var isWhole = Rune.DecodeFromUtf8(rest, out var rune, out var length) == OperationStatus.Done;
            text.Append(isWhole ? rune.ToString() : "\uFFFD");
            rest = rest[(isWhole ? length : 1)..];
        }

        bytes.Clear();
    }
}

/// <summary>How what has no piece is written.</summary>
/// <param name="ByteFallback">As its bytes.</param>
/// <param name="FuseUnknown">A run of unknown characters is one unknown piece.</param>
/// <param name="Unknown">What the unknown piece looks like in decoded text.</param>
internal readonly record struct SentencePieceSurface(bool ByteFallback, bool FuseUnknown, string Unknown);
