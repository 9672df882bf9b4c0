using System.Globalization;
using System.Text;

namespace Llamax.Text.Languages;

/// <summary>
/// Which script a letter belongs to. Blocks of the Unicode Standard 16 (Blocks.txt), taken whole: only letters and marks are asked
/// for, so the digits and punctuation inside a block do not matter.
/// </summary>
internal static class ScriptRanges
{
    /// <summary>Letters and marks of no script (combining accents, modifier letters) or of any.</summary>
    public const int Common = -1;

    /// <summary>A letter of a script that the table lacks.</summary>
    public const int Unknown = -2;

    private const string Table = """
        Latn 0041-007A 00AA-00BA 00C0-02AF 1D00-1D25 1D62-1D77 1D79-1D9A 1E00-1EFF 2071-209C 2C60-2C7F A722-A7FF FB00-FB06 FF21-FF5A
        Grek 0370-03FF 1F00-1FFF
        Cyrl 0400-052F 1C80-1C8F 1D2B-1D2B 1D78-1D78 2DE0-2DFF A640-A69F
        Armn 0530-058F FB13-FB17
        Hebr 0590-05FF FB1D-FB4F
        Arab 0600-06FF 0750-077F 0870-08FF FB50-FDFF FE70-FEFC
        Deva 0900-097F 1CD0-1CFF A8E0-A8FF
        Beng 0980-09FF
        Guru 0A00-0A7F
        Gujr 0A80-0AFF
        Orya 0B00-0B7F
        Taml 0B80-0BFF
        Telu 0C00-0C7F
        Knda 0C80-0CFF
        Mlym 0D00-0D7F
        Sinh 0D80-0DFF
        Thai 0E00-0E7F
        Laoo 0E80-0EFF
        Tibt 0F00-0FFF
        Mymr 1000-109F A9E0-A9FF AA60-AA7F
        Geor 10A0-10FF 1C90-1CBF 2D00-2D2F
        Hang 1100-11FF 3130-318F A960-A97F AC00-D7FF FFA0-FFDC
        Ethi 1200-139F 2D80-2DDF AB00-AB2F
        Khmr 1780-17FF
        Mong 1800-18AF
        Olck 1C50-1C7F
        Tfng 2D30-2D7F
        Hira 3040-309F 1B001-1B11E
        Kana 30A0-30FF 31F0-31FF FF66-FF9F 1B000-1B000
        Hani 2E80-2FDF 3005-3007 3021-3029 3038-303B 3400-4DBF 4E00-9FFF F900-FAFF 20000-323AF
        """;

    /// <summary>ISO 15924 codes; a script's number is its place here.</summary>
    public static IReadOnlyList<string> Scripts { get; }

    private static readonly (int First, int Last, int Script)[] Ranges;

    static ScriptRanges()
    {
        var rows = Table.Split('\n', StringSplitOptions.TrimEntries).Select(row => row.Split(' ')).ToArray();
        Scripts = [.. rows.Select(row => row[0])];
        Ranges =
        [
            .. rows.SelectMany((row, script) => row[1..].Select(range => (Code(range.Split('-')[0]), Code(range.Split('-')[1]), script)))
                .OrderBy(range => range.Item1),
        ];

        static int Code(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    /// <summary>The number of a letter's script; <see cref="Common"/> for everything that is no letter or mark.</summary>
    public static int Of(Rune rune)
    {
        var category = Rune.GetUnicodeCategory(rune);
        if (category > UnicodeCategory.EnclosingMark)
            return Common;
        var (low, high) = (0, Ranges.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (rune.Value < Ranges[middle].First)
                high = middle - 1;
            else if (rune.Value > Ranges[middle].Last)
                low = middle + 1;
            else
                return Ranges[middle].Script;
        }

        return category is UnicodeCategory.ModifierLetter or >= UnicodeCategory.NonSpacingMark ? Common : Unknown;
    }
}
