using System.Text.Json;
using Llamax.Models.Checkpoints.Gguf;
using Llamax.Runs;
using Llamax.Text.Tokenization;

namespace Llamax.Decoding.Exporting;

/// <summary>The tokenizer of a model folder in the form in which GGUF carries it, so that llama.cpp cuts text as Llamax does.</summary>
public static class GgufTokenizer
{
    private const string WithoutIt = "export without a tokenizer, ids in and ids out: --tokenizer none";

    private static readonly string[] SentencePieceNames = ["tokenizer.model", "spiece.model", "sentencepiece.model", "sentencepiece.bpe.model"];
    private static readonly string[] ByteLevelNames = ["tokenizer.json", "tokenizer.json.gz"];

    // llama.cpp knows the expressions by name. What another expression would cut differently is not exported as if it were one of them.
    private static readonly (string Name, string[] Rules)[] PreTokenizers =
    [
        ("llama-bpe", [@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"]),
        ("qwen2", [@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"]),
        ("command-r", ["Digits", "ByteLevel"]),
        ("gpt-2", ["ByteLevel"]),
    ];

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="path">A tokenizer.model, a byte-level tokenizer.json, or a folder with one; a folder's SentencePiece model comes first.</param>
    /// <exception cref="RequestException">There is none, or llama.cpp would cut text in another way.</exception>
    public static GgufVocabulary Read(string path)
    {
        var tokenizer = TokenizerFile.Load(path);
        var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        string? First(string[] names) => Directory.Exists(path)
            ? names.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists)
            : path;
        if (First(ByteLevelNames) is { } json && TokenizerFile.LoadByteLevelModel(json) is { } byteLevel)
            return FromByteLevel(byteLevel, tokenizer, folder, json);
        if (First(SentencePieceNames) is { } model)
            return FromSentencePiece(TokenizerFile.LoadModel(model), tokenizer, folder, model);
        throw new RequestException(
            "a tokenizer.json in SentencePiece's spelling, which has not the scores that llama.cpp needs", path,
            $"put the tokenizer.model that it was made from beside it, or {WithoutIt}");
    }

    /// <summary>What a name of llama.cpp means: the rules that cut words; null where Llamax does not know the name.</summary>
    internal static IReadOnlyList<string>? Rules(string? name) => PreTokenizers.FirstOrDefault(known => known.Name == name).Rules;

    private static GgufVocabulary FromSentencePiece(SentencePieceModel model, ITokenizer tokenizer, string folder, string where)
    {
        if (model.Segmentation == SegmentationModel.Bpe && model.CharacterMap.Length > 0)
        {
            throw new RequestException(
                $"the tokenizer changes characters of the text ({model.NormalizationName}), which llama.cpp does not do for BPE", where,
                WithoutIt);
        }

        // Tokens that the folder's other files add stand behind the pieces.
        var added = Enumerable.Range(model.Pieces.Length, tokenizer.VocabularySize - model.Pieces.Length).ToList();
        return Special(tokenizer) with
        {
            Model = model.Segmentation == SegmentationModel.Bpe ? "llama" : "t5",
            Tokens = [.. model.Pieces.Select(piece => piece.Text), .. added.Select(tokenizer.Piece)],
            Scores = [.. model.Pieces.Select(piece => piece.Score), .. added.Select(_ => -1000f)],
            Types =
            [
                .. model.Pieces.Select(piece => (int)piece.Type),
                .. added.Select(id => (int)(tokenizer.Decode([id]).Length == 0 ? PieceType.Control : PieceType.UserDefined)),
            ],
            AddBos = AddsBos(folder) ?? model.Segmentation == SegmentationModel.Bpe,
            AddSpacePrefix = model.AddDummyPrefix,
            RemoveExtraWhitespaces = model.RemoveExtraWhitespaces,
            CharacterMap = model.CharacterMap,
        };
    }

    private static GgufVocabulary FromByteLevel(ByteLevelModel model, ITokenizer tokenizer, string folder, string where)
    {
        if (PreTokenizers.FirstOrDefault(known => known.Rules.SequenceEqual(model.WordRules)).Name is not { } name)
        {
            throw new RequestException(
                $"the tokenizer cuts words by {string.Join(" and ", model.WordRules)}, for which llama.cpp has no name that Llamax knows",
                where, WithoutIt);
        }

        var tokens = new string[tokenizer.VocabularySize];
        var types = new int[tokens.Length];
        for (var id = 0; id < tokens.Length; id++)
        {
            var isGiven = id < model.Pieces.Count && model.Pieces[id].Length > 0;
            (tokens[id], types[id]) = isGiven ? (model.Pieces[id], (int)PieceType.Normal) : ($"[PAD{id}]", (int)PieceType.Unused);
        }

        foreach (var (text, id, isSpecial) in model.AddedTokens)
            (tokens[id], types[id]) = (text, (int)(isSpecial ? PieceType.Control : PieceType.UserDefined));
        return Special(tokenizer) with
        {
            Model = "gpt2",
            PreTokenizer = name,
            Tokens = tokens,
            Types = types,
            Merges = [.. model.Merges.Select(merge => $"{merge.Left} {merge.Right}")],
            AddBos = AddsBos(folder) ?? name is "llama-bpe" or "command-r",
        };
    }

    private static GgufVocabulary Special(ITokenizer tokenizer) => new()
    {
        BosId = tokenizer.BosId,
        EosIds = tokenizer.EosId is { } end ? [end] : [],
        PadId = tokenizer.PadId,
        UnknownId = tokenizer.UnknownId,
    };

    private static bool? AddsBos(string folder)
    {
        var path = Path.Combine(folder, "tokenizer_config.json");
        if (!File.Exists(path))
            return null;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.TryGetProperty("add_bos_token", out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? value.GetBoolean()
                : null;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            throw new RequestException($"not a JSON object: {problem.Message}", path, "fetch the file again, or delete it", problem);
        }
    }
}
