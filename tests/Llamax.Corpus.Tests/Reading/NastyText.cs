using System.Text;
using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Corpus.Tests.Reading;

/// <summary>Texts made of what breaks readers, the same for the same number.</summary>
internal static class NastyText
{
    private static readonly string[] Pieces =
    [
        "", " ", "a", "word", "\t", "\n", "\r", "\r\n", "\"", "'", "\\", "\\n", "&", "&amp;", "<", ">", "</seg>", "]]>", "<!--", "%", "#",
        ",",
        "{", "}", "\u00A0", "\u2028", "\u0085", "\uFEFF", "\u200B", "é", "e\u0301", "ß", "İ", "ı", "中文", "ไทย", "עברית", "हिन्दी", "😀",
        "👩‍👩‍👧", "\U00020000", "\u0001", "\u001F", "\uFFFE", "\uFFFF", "\uFFFD", "\0", "0.5", "-", "null", "true", "\uD800",
    ];

    /// <summary>A text; <paramref name="isTame"/> leaves out what files of lines or XML cannot hold.</summary>
    public static string Of(Draws draws, long item, bool isTame = false)
    {
        var text = new StringBuilder();
        for (var i = 0; i < draws.Below(9, item, 0); i++)
            text.Append(Pieces[draws.Below(Pieces.Length, item, i + 1)]);
        return isTame ? string.Concat(text.ToString().Where(IsTame)) : text.ToString();

        static bool IsTame(char c) => c >= ' ' && !char.IsSurrogate(c) && c is not ('\uFEFF' or >= '\uFFFE');
    }

    public static SentencePair Pair(long item, bool hasColumns, bool isTame)
    {
        var (source, target, other) = (new Draws(1, "source"), new Draws(1, "target"), new Draws(1, "column"));
        var pair = new SentencePair(Of(source, item, isTame), Of(target, item, isTame), $"memory:{item + 1}");
        return hasColumns ? pair.With("score", $"0.{item}").With("url", Of(other, item, isTame)) : pair;
    }
}
