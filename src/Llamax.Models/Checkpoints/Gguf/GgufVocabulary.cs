using Llamax.Runs;

namespace Llamax.Models.Checkpoints.Gguf;

/// <summary>The vocabulary inside of a GGUF file, with which llama.cpp turns text into ids by itself.</summary>
public sealed record GgufVocabulary
{
    private static readonly string[] EndKeys = ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"];

    /// <summary>
    /// <c>llama</c> (SentencePiece BPE), <c>t5</c> (SentencePiece unigram), <c>gpt2</c> (byte-level BPE), or <c>none</c>: ids in, ids out.
    /// </summary>
    public string Model { get; init; } = "none";

    /// <summary>llama.cpp's name for the expressions that cut text into words, byte-level BPE alone; for example <c>llama-bpe</c>.</summary>
    public string? PreTokenizer { get; init; }

    /// <summary>The pieces by id.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>One per token, SentencePiece alone.</summary>
    public IReadOnlyList<float> Scores { get; init; } = [];

    /// <summary>One per token; the numbers are SentencePiece's: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte.</summary>
    public IReadOnlyList<int> Types { get; init; } = [];

    /// <summary><c>left right</c>, the first merged first; byte-level BPE alone.</summary>
    public IReadOnlyList<string> Merges { get; init; } = [];

    public int? BosId { get; init; }

    /// <summary>The ids that end a sequence; GGUF has room for two.</summary>
    public IReadOnlyList<int> EosIds { get; init; } = [];

    public int? UnknownId { get; init; }

    public int? PadId { get; init; }

    /// <summary>Whether a prompt begins with BOS.</summary>
    public bool AddBos { get; init; }

    /// <summary>Whether a prompt ends with EOS.</summary>
    public bool AddEos { get; init; }

    /// <summary>A space goes before the text.</summary>
    public bool AddSpacePrefix { get; init; } = true;

    /// <summary>Runs of spaces become one.</summary>
    public bool RemoveExtraWhitespaces { get; init; }

    /// <summary>SentencePiece's compiled character map; empty changes nothing.</summary>
    public IReadOnlyList<byte> CharacterMap { get; init; } = [];

    /// <summary>The vocabulary of a file.</summary>
    /// <exception cref="RequestException">Not a GGUF file, or its vocabulary contradicts itself.</exception>
    public static GgufVocabulary Read(string path)
    {
        using var file = new GgufFile(path);
        return Read(file);
    }

    internal static GgufVocabulary Read(GgufFile file)
    {
        var keys = new GgufKeys(file, "tokenizer");
        var vocabulary = new GgufVocabulary
        {
            Model = keys.Word("tokenizer.ggml.model") ?? "none",
            PreTokenizer = keys.Word("tokenizer.ggml.pre"),
            Tokens = keys.Many<string>("tokenizer.ggml.tokens") ?? [],
            Scores = keys.Many<float>("tokenizer.ggml.scores") ?? [],
            Types = keys.Many<int>("tokenizer.ggml.token_type") ?? [],
            Merges = keys.Many<string>("tokenizer.ggml.merges") ?? [],
            BosId = keys.OptionalInteger("tokenizer.ggml.bos_token_id"),
            EosIds = [.. EndKeys.Select(keys.OptionalInteger).OfType<int>().Distinct()],
            UnknownId = keys.OptionalInteger("tokenizer.ggml.unknown_token_id"),
            PadId = keys.OptionalInteger("tokenizer.ggml.padding_token_id"),
            AddBos = keys.Flag("tokenizer.ggml.add_bos_token") ?? false,
            AddEos = keys.Flag("tokenizer.ggml.add_eos_token") ?? false,
            AddSpacePrefix = keys.Flag("tokenizer.ggml.add_space_prefix") ?? true,
            RemoveExtraWhitespaces = keys.Flag("tokenizer.ggml.remove_extra_whitespaces") ?? false,
            CharacterMap = keys.Many<byte>("tokenizer.ggml.precompiled_charsmap") ?? [],
        };
        foreach (var (name, count) in new[] { ("scores", vocabulary.Scores.Count), ("token_type", vocabulary.Types.Count) })
        {
            if (count > 0 && count != vocabulary.Tokens.Count)
                throw keys.Wrong($"tokenizer.ggml.{name}", $"has {count} values for {vocabulary.Tokens.Count} tokens");
        }

        return vocabulary;
    }

    internal IEnumerable<KeyValuePair<string, object>> Keys()
    {
        yield return new("tokenizer.ggml.model", Model);
        if (PreTokenizer is not null)
            yield return new("tokenizer.ggml.pre", PreTokenizer);
        if (Tokens.Count > 0)
            yield return new("tokenizer.ggml.tokens", Tokens.ToArray());
        if (Scores.Count > 0)
            yield return new("tokenizer.ggml.scores", Scores.ToArray());
        if (Types.Count > 0)
            yield return new("tokenizer.ggml.token_type", Types.ToArray());
        if (Merges.Count > 0)
            yield return new("tokenizer.ggml.merges", Merges.ToArray());
        foreach (var (name, id) in new[]
        {
            ("bos", BosId), ("eos", EosIds.Count > 0 ? EosIds[0] : null), ("eot", EosIds.Count > 1 ? EosIds[1] : null),
            ("unknown", UnknownId), ("padding", PadId),
        })
        {
            if (id is { } given)
                yield return new($"tokenizer.ggml.{name}_token_id", (uint)given);
        }

        if (Model == "none")
            yield break;
        yield return new("tokenizer.ggml.add_bos_token", AddBos);
        yield return new("tokenizer.ggml.add_eos_token", AddEos);
        if (Model == "gpt2")
            yield break;
        yield return new("tokenizer.ggml.add_space_prefix", AddSpacePrefix);
        yield return new("tokenizer.ggml.remove_extra_whitespaces", RemoveExtraWhitespaces);
        if (CharacterMap.Count > 0)
            yield return new("tokenizer.ggml.precompiled_charsmap", CharacterMap.ToArray());
    }
}
