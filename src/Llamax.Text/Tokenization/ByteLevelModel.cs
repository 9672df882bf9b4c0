namespace Llamax.Text.Tokenization;

/// <summary>What a byte-level BPE <c>tokenizer.json</c> holds, as data for programs that cut text by themselves.</summary>
public sealed record ByteLevelModel
{
    /// <summary>The trained pieces by id, in GPT-2's letters for bytes; empty where an id is given to nothing.</summary>
    public required IReadOnlyList<string> Pieces { get; init; }

    /// <summary>The two pieces of every merge, the first merged first.</summary>
    public required IReadOnlyList<(string Left, string Right)> Merges { get; init; }

    /// <summary>Tokens recognised in the text before anything else; special ones are not shown in decoded text.</summary>
    public required IReadOnlyList<(string Text, int Id, bool IsSpecial)> AddedTokens { get; init; }

    /// <summary>What cuts text into words, in order: the expression of a Split, or the type of another component.</summary>
    public required IReadOnlyList<string> WordRules { get; init; }

    /// <summary>A word that is a piece is that piece, whatever the merges say.</summary>
    public required bool IgnoreMerges { get; init; }
}
