using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Llamax.Models.Checkpoints.Gguf;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Text.Tokenization;

namespace Llamax.Decoding.Exporting;

/// <summary>The vocabulary of a GGUF file as the tokenizer files of a Hugging Face folder.</summary>
internal static class GgufTokenizerFiles
{
    private static readonly JsonSerializerOptions Layout =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes them; what cannot be written is a warning, for the weights are worth having without.</summary>
    public static void Write(GgufVocabulary vocabulary, string folder, IRunEvents events)
    {
        switch (vocabulary.Model)
        {
            case "llama" or "t5":
                WriteSentencePiece(vocabulary, folder, events);
                break;
            case "gpt2" when GgufTokenizer.Rules(vocabulary.PreTokenizer) is { } rules:
                WriteByteLevel(vocabulary, rules, folder);
                break;
            case "none":
                events.Warn("the GGUF file has no vocabulary: put the model's tokenizer files into the folder");
                break;
            default:
                events.Warn(
                    $"the vocabulary of the GGUF file ({vocabulary.Model}, {vocabulary.PreTokenizer ?? "no pre-tokenizer"}) has no"
                    + " tokenizer.json here: put the model's tokenizer files into the folder");
                break;
        }
    }

    private static void WriteSentencePiece(GgufVocabulary vocabulary, string folder, IRunEvents events)
    {
        // Rows of the model that no token has.
        var count = vocabulary.Tokens.Count;
        while (count > 0 && vocabulary.Types[count - 1] == (int)PieceType.Unused)
            count--;
        string Name(int? id, string customary) => id is { } given && given < count ? vocabulary.Tokens[given] : customary;
        var model = new SentencePieceModel
        {
            Pieces = [.. Enumerable.Range(0, count)
                .Select(id => new VocabularyPiece(vocabulary.Tokens[id], vocabulary.Scores[id], (PieceType)vocabulary.Types[id]))],
            Segmentation = vocabulary.Model == "llama" ? SegmentationModel.Bpe : SegmentationModel.Unigram,
            ByteFallback = vocabulary.Types.Contains((int)PieceType.Byte),
            BosPiece = Name(vocabulary.BosId, "<s>"),
            EosPiece = Name(vocabulary.EosIds.Count > 0 ? vocabulary.EosIds[0] : null, "</s>"),
            PadPiece = Name(vocabulary.PadId, "<pad>"),
            AddDummyPrefix = vocabulary.AddSpacePrefix,
            RemoveExtraWhitespaces = vocabulary.RemoveExtraWhitespaces,
            CharacterMap = [.. vocabulary.CharacterMap],
        };
        TokenizerFile.SaveModel(model, folder);
        try
        {
            TokenizerFile.Save(model, folder);
        }
        catch (RequestException refusal)
        {
            events.Warn($"tokenizer.model is written, tokenizer.json not: {refusal.What}");
        }
    }

    private static void WriteByteLevel(GgufVocabulary vocabulary, IReadOnlyList<string> rules, string folder)
    {
        var pieces = new JsonObject();
        var added = new JsonArray();
        for (var id = 0; id < vocabulary.Tokens.Count; id++)
        {
            switch ((PieceType)vocabulary.Types[id])
            {
                case PieceType.Unused:
                    break;
                case PieceType.Control or PieceType.UserDefined or PieceType.Unknown:
                    added.Add(new JsonObject
                    {
                        ["id"] = id,
                        ["content"] = vocabulary.Tokens[id],
                        ["single_word"] = false,
                        ["lstrip"] = false,
                        ["rstrip"] = false,
                        ["normalized"] = false,
                        ["special"] = vocabulary.Types[id] != (int)PieceType.UserDefined,
                    });
                    break;
                default:
                    pieces[vocabulary.Tokens[id]] = id;
                    break;
            }
        }

        var file = new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = added,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray([.. rules.Select(Rule), .. Bytes(rules)]) },
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["ignore_merges"] = vocabulary.PreTokenizer == "llama-bpe",
                ["vocab"] = pieces,
                ["merges"] = new JsonArray([.. vocabulary.Merges.Select(merge => (JsonNode)merge)]),
            },
        };
        var config = new JsonObject { ["add_bos_token"] = vocabulary.AddBos, ["tokenizer_class"] = "PreTrainedTokenizerFast" };
        foreach (var (key, id) in new[]
        {
            ("bos_token", vocabulary.BosId), ("eos_token", vocabulary.EosIds.Count > 0 ? vocabulary.EosIds[0] : null),
            ("pad_token", vocabulary.PadId),
        })
        {
            if (id is { } given && given < vocabulary.Tokens.Count)
                config[key] = vocabulary.Tokens[given];
        }

        AtomicFile.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), config.ToJsonString(Layout) + "\n");
        AtomicFile.WriteAllText(Path.Combine(folder, "tokenizer.json"), file.ToJsonString(Layout) + "\n");
    }

    private static JsonNode Rule(string rule) => rule switch
    {
        "Digits" => new JsonObject { ["type"] = "Digits", ["individual_digits"] = true },
        "ByteLevel" => new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = true },
        _ => new JsonObject
        {
            ["type"] = "Split",
            ["pattern"] = new JsonObject { ["Regex"] = rule },
            ["behavior"] = "Isolated",
            ["invert"] = false,
        },
    };

    // Where an expression cuts, the component that turns bytes into letters must not cut again.
    private static JsonObject?[] Bytes(IReadOnlyList<string> rules) => rules.Contains("ByteLevel")
        ? []
        : [new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = false }];
}
