using Llamax.Runs;

namespace Llamax.Metrics.Bleu.Tokenizers;

/// <summary>The tokenizers that need no file, by sacrebleu's names.</summary>
public static class BleuTokenizers
{
    public static IReadOnlyList<string> Names { get; } = ["13a", "none", "intl", "zh", "char"];

    /// <exception cref="RequestException">There is no such tokenizer.</exception>
    public static IBleuTokenizer ByName(string name) => name switch
    {
        "13a" => new Mteval13aTokenizer(),
        "none" => new NoTokenizer(),
        "intl" => new InternationalTokenizer(),
        "zh" => new ChineseTokenizer(),
        "char" => new CharacterTokenizer(),
        _ => throw new RequestException(
            $"there is no tokenizer {name}", "tokenizer", $"use one of {string.Join(", ", Names)}, or the path of a SentencePiece model"),
    };
}
