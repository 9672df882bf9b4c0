using System.Text;
using Llamax.Text.Tokenization;

namespace Llamax.Corpus.Tests.Packing;

/// <summary>One id per UTF-16 unit. With <c>spaceInFront</c> it puts a space before every text, as SentencePiece models do.</summary>
internal sealed class CharacterTokenizer(bool spaceInFront = true, bool hasMarks = true, int vocabularySize = 1 << 16) : ITokenizer
{
    private const int FirstCharacter = 3;

    public bool PutsSpaceInFront => spaceInFront;

    public int VocabularySize => vocabularySize;

    public int? BosId => hasMarks ? 1 : null;

    public int? EosId => hasMarks ? 2 : null;

    public int? PadId => null;

    public int? UnknownId => 0;

    public string Fingerprint => $"characters-{spaceInFront}-{hasMarks}-{vocabularySize}";

    public void Encode(string text, List<int> ids)
    {
        if (spaceInFront && text.Length > 0)
            ids.Add(' ' + FirstCharacter);
        ids.AddRange(text.Select(unit => unit + FirstCharacter));
    }

    public int[] Encode(string text)
    {
        List<int> ids = [];
        Encode(text, ids);
        return [.. ids];
    }

    public string Decode(ReadOnlySpan<int> ids)
    {
        var text = new StringBuilder();
        foreach (var id in ids)
            if (id >= FirstCharacter)
                text.Append((char)(id - FirstCharacter));
        return spaceInFront && text.Length > 0 && text[0] == ' ' ? text.ToString(1, text.Length - 1) : text.ToString();
    }

    public string Piece(int id) => id >= FirstCharacter ? ((char)(id - FirstCharacter)).ToString() : $"<{id}>";

    public IReadOnlyList<string> EncodePieces(string text) => [.. text.Select(unit => unit.ToString())];
}
