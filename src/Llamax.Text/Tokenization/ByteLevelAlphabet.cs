using System.Text;

namespace Llamax.Text.Tokenization;

/// <summary>
/// GPT-2's letters for the 256 bytes: printable Latin-1 stands for itself, the others for U+0100 and up in order (a space is Ġ).
/// </summary>
internal static class ByteLevelAlphabet
{
    private static readonly char[] LetterOfByte = Letters();
    private static readonly Dictionary<char, byte> ByteOfLetter =
        LetterOfByte.Select((letter, value) => (letter, value)).ToDictionary(pair => pair.letter, pair => (byte)pair.value);

    public static char Letter(byte value) => LetterOfByte[value];

    /// <summary>The bytes behind a piece; a piece with a letter that stands for none is its own UTF-8.</summary>
    public static byte[] Bytes(string piece)
    {
        var bytes = new byte[piece.Length];
        for (var i = 0; i < piece.Length; i++)
            if (!ByteOfLetter.TryGetValue(piece[i], out bytes[i]))
                return Encoding.UTF8.GetBytes(piece);
        return bytes;
    }

    private static char[] Letters()
    {
        var letters = new char[256];
        var next = 0x100;
        for (var value = 0; value < 256; value++)
            letters[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)value : (char)next++;
        return letters;
    }
}
