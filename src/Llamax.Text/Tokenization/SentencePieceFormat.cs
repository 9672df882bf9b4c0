using System.Collections.Immutable;
using Llamax.Runs;

namespace Llamax.Text.Tokenization;

/// <summary>
/// SentencePiece's <c>tokenizer.model</c>: the message <c>ModelProto</c> of
/// github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto, whose field numbers stand below.
/// </summary>
internal static class SentencePieceFormat
{
    // Real pieces have at most a few dozen characters; a longer one would only serve to keep the reader busy.
    private const int MaxPieceLength = 512;

    /// <summary>Reads <paramref name="file"/>; <paramref name="where"/> names it in errors.</summary>
    /// <exception cref="RequestException">The bytes are no such message, or need what Llamax does not have.</exception>
    public static SentencePieceModel Read(ReadOnlySpan<byte> file, string where)
    {
        try
        {
            return ReadModel(file, where);
        }
        catch (MalformedMessageException problem)
        {
            throw new RequestException(
                $"not a SentencePiece model, or a damaged one: {problem.Message}", where,
                "fetch the file again and compare its size", problem);
        }
    }

    public static byte[] Write(SentencePieceModel model)
    {
        var file = new ProtobufWriter();
        foreach (var piece in model.Pieces)
        {
            var message = new ProtobufWriter();
            message.Text(1, piece.Text);
            message.Single(2, piece.Score);
            if (piece.Type != PieceType.Normal)
                message.Int32(3, (int)piece.Type);
            file.Message(1, message);
        }

        var trainer = new ProtobufWriter();
        trainer.Int32(3, (int)model.Segmentation);
        trainer.Int32(4, model.Pieces.Length);
        trainer.Single(10, model.CharacterCoverage);
        trainer.Int32(20, model.MaxPieceLength);
        trainer.Boolean(25, model.SplitDigits);
        trainer.Boolean(35, model.ByteFallback);
        trainer.Int32(40, IndexOf(model, piece => piece.Type == PieceType.Unknown));
        trainer.Int32(41, IndexOf(model, piece => piece.Text == model.BosPiece));
        trainer.Int32(42, IndexOf(model, piece => piece.Text == model.EosPiece));
        trainer.Int32(43, IndexOf(model, piece => piece.Text == model.PadPiece));
        trainer.Text(44, model.UnknownSurface);
        trainer.Text(45, model.Pieces.First(piece => piece.Type == PieceType.Unknown).Text);
        trainer.Text(46, model.BosPiece);
        trainer.Text(47, model.EosPiece);
        trainer.Text(48, model.PadPiece);
        file.Message(2, trainer);

        var normalizer = new ProtobufWriter();
        normalizer.Text(1, model.NormalizationName);
        normalizer.Bytes(2, model.CharacterMap.AsSpan());
        normalizer.Boolean(3, model.AddDummyPrefix);
        normalizer.Boolean(4, model.RemoveExtraWhitespaces);
        normalizer.Boolean(5, model.EscapeWhitespaces);
        file.Message(3, normalizer);
        return file.ToArray();
    }

    private static int IndexOf(SentencePieceModel model, Func<VocabularyPiece, bool> wanted)
    {
        for (var id = 0; id < model.Pieces.Length; id++)
            if (wanted(model.Pieces[id]))
                return id;
        return -1;
    }

    private static SentencePieceModel ReadModel(ReadOnlySpan<byte> file, string where)
    {
        var pieces = ImmutableArray.CreateBuilder<VocabularyPiece>();
        var model = new SentencePieceModel { Pieces = [], Segmentation = SegmentationModel.Unigram };
        var (hasTrainer, hasNormalizer) = (false, false);
        var message = new ProtobufReader(file);
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    pieces.Add(ReadPiece(message.Message()));
                    break;
                case 2:
                    model = ReadTrainer(message.Message(), model, where);
                    hasTrainer = true;
                    break;
                case 3:
                    model = ReadNormalizer(message.Message(), model);
                    hasNormalizer = true;
                    break;
                case 5:
                    if (ReadNormalizer(message.Message(), model with { CharacterMap = [] }).CharacterMap.Length > 0)
                        throw new RequestException(
                            "the model rewrites decoded text (denormalizer_spec), which Llamax does not do", where,
                            "use a model without it");
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        var unknown = pieces.Count(piece => piece.Type == PieceType.Unknown);
        if (unknown != 1)
            throw new RequestException(
                $"{pieces.Count} pieces, {unknown} of them of type unknown: a SentencePiece model has exactly one",
                where, "check that the file is a SentencePiece model and whole");
        if (!hasTrainer || !hasNormalizer)
            throw new RequestException(
                "the model ends before trainer_spec or normalizer_spec, which say how to cut and spell text", where,
                "fetch the file again and compare its size");
        return model with { Pieces = pieces.ToImmutable() };
    }

    private static VocabularyPiece ReadPiece(ProtobufReader message)
    {
        var (text, score, type) = ("", 0f, PieceType.Normal);
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    text = message.Text();
                    break;
                case 2:
                    score = message.Single();
                    break;
                case 3:
                    type = (PieceType)message.Int32();
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        if (text.Length is 0 or > MaxPieceLength)
            throw new MalformedMessageException($"a piece of {text.Length} characters (1 to {MaxPieceLength} are possible)", 0);
        if (!Enum.IsDefined(type) || !float.IsFinite(score))
            throw new MalformedMessageException($"a piece of type {(int)type} with score {score}", 0);
        return new VocabularyPiece(text, score, type);
    }

    private static SentencePieceModel ReadTrainer(ProtobufReader message, SentencePieceModel model, string where)
    {
        while (message.Next())
        {
            switch (message.Field)
            {
                case 3:
                    var kind = message.Int32();
                    if (!Enum.IsDefined((SegmentationModel)kind))
                        throw new RequestException(
                            $"a SentencePiece model of type {kind}; Llamax reads unigram (1) and BPE (2)", where,
                            "choose another tokenizer");
                    model = model with { Segmentation = (SegmentationModel)kind };
                    break;
                case 10:
                    model = model with { CharacterCoverage = message.Single() };
                    break;
                case 20:
                    model = model with { MaxPieceLength = message.Int32() };
                    break;
                case 24:
                    if (message.Boolean())
                        throw new RequestException(
                            "the model puts spaces at the end of words (treat_whitespace_as_suffix), which Llamax does not do",
                            where, "choose another tokenizer");
                    break;
                case 25:
                    model = model with { SplitDigits = message.Boolean() };
                    break;
                case 35:
                    model = model with { ByteFallback = message.Boolean() };
                    break;
                case 44:
                    model = model with { UnknownSurface = message.Text() };
                    break;
                case 46:
                    model = model with { BosPiece = message.Text() };
                    break;
                case 47:
                    model = model with { EosPiece = message.Text() };
                    break;
                case 48:
                    model = model with { PadPiece = message.Text() };
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        return model;
    }

    private static SentencePieceModel ReadNormalizer(ProtobufReader message, SentencePieceModel model)
    {
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    model = model with { NormalizationName = message.Text() };
                    break;
                case 2:
                    model = model with { CharacterMap = [.. message.Bytes()] };
                    break;
                case 3:
                    model = model with { AddDummyPrefix = message.Boolean() };
                    break;
                case 4:
                    model = model with { RemoveExtraWhitespaces = message.Boolean() };
                    break;
                case 5:
                    model = model with { EscapeWhitespaces = message.Boolean() };
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        return model;
    }
}
