using System.Buffers.Binary;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Text.Tokenization;

namespace Llamax.Text.Tests.Tokenization;

/// <summary>Vocabularies made on the spot, and text to try them on.</summary>
internal static class Vocabularies
{
    /// <summary>Trained on a few sentences.</summary>
    public static SentencePieceModel Small()
    {
        var trainer = new BpeTrainer(new BpeTrainerOptions { VocabularySize = 340 });
        string[] sentences =
        [
            "an antelope and an ant ran and ran", "the ant and the antelope then ran on the sand", "在 1984 年 ran 在 in 2023 2024",
            "then, and then; and then: the end.", "naïve café 😀 😀 नमस्ते नमस्ते",
        ];
        foreach (var sentence in sentences)
            trainer.Add(sentence, 2);
        return trainer.Train(SilentEvents.Instance);
    }

    /// <summary>A unigram model with one rule: ½ becomes "1".</summary>
    public static SentencePieceModel WithCharacterMap() => new()
    {
        Segmentation = SegmentationModel.Unigram,
        Pieces =
        [
            new("<unk>", 0, PieceType.Unknown), new("<s>", 0, PieceType.Control), new("</s>", 0, PieceType.Control),
            new("\u2581", -2, PieceType.Normal), new("\u2581Any", -3, PieceType.Normal), new("text", -4, PieceType.Normal),
            new("1", -4, PieceType.Normal), new("of", -5, PieceType.UserDefined), new("odd", -5, PieceType.Unused),
        ],
        NormalizationName = "one rule",
        CharacterMap = [.. OneRule()],
    };

    /// <summary>Any characters: of every script and plane, controls, spaces, unassigned ones, never half a surrogate pair.</summary>
    public static string RandomText(Draws draws, long item)
    {
        var length = draws.Below(60, item);
        var text = new System.Text.StringBuilder();
        for (var i = 1; i <= length; i++)
        {
            var character = draws.Below(6, item, 2 * i) switch
            {
                0 => ' ',
                1 => 'a' + draws.Below(26, item, 2 * i + 1),
                2 => draws.Below(0x80, item, 2 * i + 1),
                3 => draws.Below(0x3000, item, 2 * i + 1),
                4 => draws.Below(0xD800, item, 2 * i + 1),
                _ => 0xE000 + draws.Below(0x110000 - 0xE000, item, 2 * i + 1),
            };
            text.Append(char.ConvertFromUtf32(character));
        }

        return text.ToString();
    }

    /// <summary>½ is C2 BD: a double array with a node for each byte and a leaf, as darts-clone packs it.</summary>
    private static byte[] OneRule()
    {
        var units = new uint[0x400];
        units[0] = 1u << 10; // the root's children stand at 1 ^ byte
        units[1 ^ 0xC2] = 0xC2 | ((uint)(0x100 ^ (1 ^ 0xC2)) << 10); // the children stand at 100 ^ byte
        units[0x100 ^ 0xBD] = 0xBD | 0x100 | ((uint)(0x300 ^ (0x100 ^ 0xBD)) << 10); // its leaf stands at 300
        units[0x300] = 0x80000000; // the replacement begins at byte 0
        var bytes = new byte[4 + 4 * units.Length + 2];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)(4 * units.Length));
        for (var i = 0; i < units.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 + 4 * i), units[i]);
        bytes[^2] = (byte)'1';
        return bytes;
    }
}
