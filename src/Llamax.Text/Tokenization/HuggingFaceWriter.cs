using System.Text.Encodings.Web;
using System.Text.Json;
using Llamax.Runs;

namespace Llamax.Text.Tokenization;

/// <summary>Writes a SentencePiece BPE model as the files from which transformers' LlamaTokenizerFast and vLLM read it.</summary>
internal static class HuggingFaceWriter
{
    private static readonly JsonWriterOptions Layout = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a tokenizer.json can give the ids of the model.</summary>
    public static bool CanWrite(SentencePieceModel model) =>
        model.Segmentation == SegmentationModel.Bpe && model.CharacterMap.Length == 0 && !model.RemoveExtraWhitespaces
        && model.EscapeWhitespaces && !model.Pieces.Any(piece => piece.Type is PieceType.UserDefined or PieceType.Unused);

    /// <summary>tokenizer.json.</summary>
    /// <exception cref="RequestException">The model is none that a BPE tokenizer.json can describe.</exception>
    public static byte[] Tokenizer(SentencePieceModel model)
    {
        if (!CanWrite(model))
            throw new RequestException(
                "only BPE models that leave the characters of the text as they are, without user-defined or unused pieces, have a"
                + " tokenizer.json that gives the same ids", "tokenizer", "keep the model as tokenizer.model");
        return Write(json =>
        {
            json.WriteString("version", "1.0");
            json.WriteNull("truncation");
            json.WriteNull("padding");
            json.WriteStartArray("added_tokens");
            for (var id = 0; id < model.Pieces.Length; id++)
                if (model.Pieces[id].Type is PieceType.Unknown or PieceType.Control)
                    AddedToken(json, id, model.Pieces[id]);
            json.WriteEndArray();
            Normalizer(json, model);
            json.WriteNull("pre_tokenizer");
            PostProcessor(json, model);
            Decoder(json, model);
            json.WriteStartObject("model");
            json.WriteString("type", "BPE");
            json.WriteNull("dropout");
            json.WriteString("unk_token", model.Pieces.First(piece => piece.Type == PieceType.Unknown).Text);
            json.WriteNull("continuing_subword_prefix");
            json.WriteNull("end_of_word_suffix");
            json.WriteBoolean("fuse_unk", true);
            json.WriteBoolean("byte_fallback", model.ByteFallback);
            json.WriteStartObject("vocab");
            for (var id = 0; id < model.Pieces.Length; id++)
                json.WriteNumber(model.Pieces[id].Text, id);
            json.WriteEndObject();
            json.WriteStartArray("merges");
            foreach (var (left, right) in Merges(model))
                json.WriteStringValue($"{left} {right}");
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>tokenizer_config.json.</summary>
    public static byte[] Config(SentencePieceModel model) => Write(json =>
    {
        json.WriteBoolean("add_bos_token", true);
        json.WriteBoolean("add_eos_token", false);
        json.WriteStartObject("added_tokens_decoder");
        for (var id = 0; id < model.Pieces.Length; id++)
        {
            if (model.Pieces[id].Type is not (PieceType.Unknown or PieceType.Control))
                continue;
            json.WriteStartObject(id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            TokenFlags(json, model.Pieces[id]);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        SpecialTokens(json, model);
        json.WriteBoolean("clean_up_tokenization_spaces", false);
        json.WriteBoolean("legacy", true);
        json.WriteNumber("model_max_length", 1e30);
        json.WriteStartObject("sp_model_kwargs");
        json.WriteEndObject();
        json.WriteBoolean("spaces_between_special_tokens", false);
        json.WriteString("tokenizer_class", "LlamaTokenizer");
    });

    /// <summary>special_tokens_map.json.</summary>
    public static byte[] SpecialTokensMap(SentencePieceModel model) => Write(json => SpecialTokens(json, model));

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, Layout))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        memory.WriteByte((byte)'\n');
        return memory.ToArray();
    }

    private static void SpecialTokens(Utf8JsonWriter json, SentencePieceModel model)
    {
        Name("bos_token", model.BosPiece, PieceType.Control);
        Name("eos_token", model.EosPiece, PieceType.Control);
        Name("pad_token", model.PadPiece, PieceType.Control);
        Name("unk_token", model.Pieces.First(piece => piece.Type == PieceType.Unknown).Text, PieceType.Unknown);

        void Name(string key, string text, PieceType type)
        {
            if (model.Pieces.Any(piece => piece.Text == text && piece.Type == type))
                json.WriteString(key, text);
        }
    }

    private static void AddedToken(Utf8JsonWriter json, int id, VocabularyPiece piece)
    {
        json.WriteStartObject();
        json.WriteNumber("id", id);
        TokenFlags(json, piece);
        json.WriteEndObject();
    }

    private static void TokenFlags(Utf8JsonWriter json, VocabularyPiece piece)
    {
        json.WriteString("content", piece.Text);
        json.WriteBoolean("single_word", false);
        json.WriteBoolean("lstrip", false);
        json.WriteBoolean("rstrip", false);
        json.WriteBoolean("normalized", false);
        json.WriteBoolean("special", true);
    }

    private static void Normalizer(Utf8JsonWriter json, SentencePieceModel model)
    {
        json.WriteStartObject("normalizer");
        json.WriteString("type", "Sequence");
        json.WriteStartArray("normalizers");
        if (model.AddDummyPrefix)
        {
            json.WriteStartObject();
            json.WriteString("type", "Prepend");
            json.WriteString("prepend", "\u2581");
            json.WriteEndObject();
        }

        Replace(json, " ", "\u2581");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Puts the begin token in front, as LLaMA expects it from its tokenizer.</summary>
    private static void PostProcessor(Utf8JsonWriter json, SentencePieceModel model)
    {
        var bos = model.Pieces.Select(piece => piece.Text).ToList().IndexOf(model.BosPiece);
        if (bos < 0)
        {
            json.WriteNull("post_processor");
            return;
        }

        json.WriteStartObject("post_processor");
        json.WriteString("type", "TemplateProcessing");
        Template("single", 1);
        Template("pair", 2);
        json.WriteStartObject("special_tokens");
        json.WriteStartObject(model.BosPiece);
        json.WriteString("id", model.BosPiece);
        json.WriteStartArray("ids");
        json.WriteNumberValue(bos);
        json.WriteEndArray();
        json.WriteStartArray("tokens");
        json.WriteStringValue(model.BosPiece);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();

        void Template(string name, int sequences)
        {
            json.WriteStartArray(name);
            for (var i = 0; i < sequences; i++)
            {
                Part("SpecialToken", model.BosPiece, i);
                Part("Sequence", i == 0 ? "A" : "B", i);
            }

            json.WriteEndArray();
        }

        void Part(string kind, string id, int type)
        {
            json.WriteStartObject();
            json.WriteStartObject(kind);
            json.WriteString("id", id);
            json.WriteNumber("type_id", type);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    private static void Decoder(Utf8JsonWriter json, SentencePieceModel model)
    {
        json.WriteStartObject("decoder");
        json.WriteString("type", "Sequence");
        json.WriteStartArray("decoders");
        Replace(json, "\u2581", " ");
        OfType("ByteFallback");
        OfType("Fuse");
        if (model.AddDummyPrefix)
        {
            json.WriteStartObject();
            json.WriteString("type", "Strip");
            json.WriteString("content", " ");
            json.WriteNumber("start", 1);
            json.WriteNumber("stop", 0);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();

        void OfType(string type)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteEndObject();
        }
    }

    private static void Replace(Utf8JsonWriter json, string from, string to)
    {
        json.WriteStartObject();
        json.WriteString("type", "Replace");
        json.WriteStartObject("pattern");
        json.WriteString("String", from);
        json.WriteEndObject();
        json.WriteString("content", to);
        json.WriteEndObject();
    }

    /// <summary>Every way to make a piece of two others: high scores first, for the same piece the longest left part first.</summary>
    private static IEnumerable<(string Left, string Right)> Merges(SentencePieceModel model)
    {
        var mergeable = model.Pieces.Where(piece => piece.Type == PieceType.Normal)
            .Select(piece => piece.Text).ToHashSet(StringComparer.Ordinal);
        foreach (var piece in model.Pieces.Where(piece => mergeable.Contains(piece.Text)).OrderByDescending(piece => piece.Score))
            for (var cut = piece.Text.Length - 1; cut > 0; cut--)
                if (!char.IsLowSurrogate(piece.Text[cut]) && mergeable.Contains(piece.Text[..cut]) && mergeable.Contains(piece.Text[cut..]))
                    yield return (piece.Text[..cut], piece.Text[cut..]);
    }
}
