using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Llamax.Runs;
using Llamax.Text.Normalization;

namespace Llamax.Text.Tokenization;

/// <summary>
/// Hugging Face's <c>tokenizer.json</c> with a BPE model, in the two shapes that LLaMA-family models have: byte-level (Llama-3, Qwen), and
/// SentencePiece's spelling (conversions of LLaMA-2 and its kin). What belongs to neither shape is an error that names it, never ignored.
/// </summary>
internal static class HuggingFaceFormat
{
    private const string Elsewhere = "use the model's SentencePiece file (*.model) where it has one, or choose another tokenizer";

    // GPT-2's expression, which the ByteLevel pre-tokenizer uses where the file says use_regex.
    private const string ByteLevelExpression = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <exception cref="RequestException">The bytes are no tokenizer.json, or one of another shape.</exception>
    public static ITokenizer Read(ReadOnlySpan<byte> json, SpecialTokenNames names, string fingerprint, string where)
    {
        try
        {
            return Read(HuggingFaceFile.Parse(json), names, fingerprint, where);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException) // the latter: text that is no Unicode
        {
            throw Damaged(problem, where);
        }
    }

    /// <summary>The data of a byte-level tokenizer; null where it is of another kind.</summary>
    /// <exception cref="RequestException">As <see cref="Read(ReadOnlySpan{byte}, SpecialTokenNames, string, string)"/>.</exception>
    public static ByteLevelModel? ReadByteLevelModel(ReadOnlySpan<byte> json, string where)
    {
        try
        {
            return ByteLevelData(HuggingFaceFile.Parse(json), where);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            throw Damaged(problem, where);
        }
    }

    private static ByteLevelModel? ByteLevelData(HuggingFaceFile file, string where)
    {
        var rules = HuggingFaceComponent.Flatten(file.PreTokenizer).ToList();
        if (file.Model is not { Type: "BPE" } model || !rules.Any(component => component.Type == "ByteLevel"))
            return null;
        var pieces = ReadPieces(model, file.AddedTokens ?? [], where);
        var merges = ReadMerges(model, new Vocabulary([.. pieces.Select(text => (text, PieceType.Normal))], where), where);
        return new()
        {
            Pieces = pieces,
            Merges = [.. merges.Select(merge => (pieces[merge.Left], pieces[merge.Right]))],
            AddedTokens =
                [.. ReadAddedTokens(file.AddedTokens ?? [], pieces.Count, where).Select(token => (token.Text, token.Id, token.IsSpecial))],
            WordRules = [.. rules.Where(rule => rule.Type != "ByteLevel" || (rule.UseRegex ?? true))
                .Select(rule => rule.Pattern?.Expression ?? rule.Type)],
            IgnoreMerges = model.IgnoreMerges,
        };
    }

    private static RequestException Damaged(Exception problem, string where) => new(
        $"not a tokenizer.json, or a damaged one: {problem.Message}", where, "fetch the file again and compare its size", problem);

    private static ITokenizer Read(HuggingFaceFile file, SpecialTokenNames names, string fingerprint, string where)
    {
        if (file.Model is not { } model)
            throw new RequestException(
                "JSON without \"model\"", where, "name the file tokenizer.json of a Hugging Face folder, or the folder");
        if (model.Type != "BPE")
            throw new RequestException($"a tokenizer.json of type {model.Type}; Llamax reads BPE", where, Elsewhere);
        if (!string.IsNullOrEmpty(model.ContinuingSubwordPrefix) || !string.IsNullOrEmpty(model.EndOfWordSuffix))
            throw new RequestException(
                "pieces that mark the inside or the end of words (continuing_subword_prefix, end_of_word_suffix)", where, Elsewhere);

        var pieces = ReadPieces(model, file.AddedTokens ?? [], where);
        var added = ReadAddedTokens(file.AddedTokens ?? [], pieces.Count, where);
        var preTokenizers = HuggingFaceComponent.Flatten(file.PreTokenizer).ToList();
        var isByteLevel = preTokenizers.Any(component => component.Type == "ByteLevel");
        return isByteLevel
            ? ReadByteLevel(file, model, pieces, added, preTokenizers, names, fingerprint, where)
            : ReadSentencePiece(file, model, pieces, added, preTokenizers, names, fingerprint, where);
    }

    private static ByteLevelTokenizer ReadByteLevel(
        HuggingFaceFile file, HuggingFaceModel model, List<string> pieces, List<AddedToken> added, List<HuggingFaceComponent> preTokenizers,
        SpecialTokenNames names, string fingerprint, string where)
    {
        NormalizationForm? form = null;
        foreach (var component in HuggingFaceComponent.Flatten(file.Normalizer))
        {
            form = component.Type switch
            {
                _ when form is not null => throw Unsupported("two normalizers", component, where),
                "NFC" => NormalizationForm.FormC,
                "NFD" => NormalizationForm.FormD,
                "NFKC" => NormalizationForm.FormKC,
                "NFKD" => NormalizationForm.FormKD,
                _ => throw Unsupported("the normalizer", component, where),
            };
        }

        var steps = new List<PreTokenizer>();
        var addPrefixSpace = false;
        foreach (var component in preTokenizers)
        {
            switch (component.Type)
            {
                case "Split":
                    var expression = component.Pattern switch
                    {
                        { Expression: { } regex } => regex,
                        { Text: { } literal } => Regex.Escape(literal),
                        _ => throw Unsupported("no pattern in", component, where),
                    };
                    var behavior = component.Behavior switch
                    {
                        "Isolated" => SplitBehavior.Isolated,
                        "Removed" => SplitBehavior.Removed,
                        _ => throw Unsupported($"behavior {component.Behavior} of", component, where),
                    };
                    steps.Add(new PreTokenizer(expression, behavior, component.Invert, where));
                    break;
                case "Digits":
                    var digits = component.IndividualDigits ? @"\p{N}" : @"\p{N}+";
                    steps.Add(new PreTokenizer(digits, SplitBehavior.Isolated, invert: false, where));
                    break;
                case "ByteLevel":
                    addPrefixSpace |= component.AddPrefixSpace ?? true;
                    if (component.UseRegex ?? true)
                        steps.Add(new PreTokenizer(ByteLevelExpression, SplitBehavior.Isolated, invert: false, where));
                    break;
                default:
                    throw Unsupported("the pre-tokenizer", component, where);
            }
        }

        if (addPrefixSpace && preTokenizers.Count > 1)
            throw new RequestException("add_prefix_space of ByteLevel behind another pre-tokenizer", where, Elsewhere);
        var vocabulary = new Vocabulary(
            [.. pieces.Select(text => (text, text == model.UnkToken ? PieceType.Unknown : PieceType.Normal))], where);
        var rules = new ByteLevelRules
        {
            Normalization = form,
            AddPrefixSpace = addPrefixSpace,
            Steps = steps,
            IgnoreMerges = model.IgnoreMerges,
        };
        return new ByteLevelTokenizer(
            vocabulary, ReadMerges(model, vocabulary, where), rules, added, names.Resolve(added, vocabulary), fingerprint, where);
    }

    private static SentencePieceTokenizer ReadSentencePiece(
        HuggingFaceFile file, HuggingFaceModel model, List<string> pieces, List<AddedToken> added, List<HuggingFaceComponent> preTokenizers,
        SpecialTokenNames names, string fingerprint, string where)
    {
        var prefix = DummyPrefix.None;
        var escapes = false;
        foreach (var component in HuggingFaceComponent.Flatten(file.Normalizer))
        {
            if (component is { Type: "Prepend", Prepend: "\u2581" } && !escapes)
                prefix = DummyPrefix.Always;
            else if (component is { Type: "Replace", Pattern.Text: " ", Content: "\u2581" })
                escapes = true;
            else
                throw Unsupported("the normalizer", component, where);
        }

        var bounds = WordBounds.None;
        foreach (var component in preTokenizers)
        {
            if (component is not { Type: "Metaspace", Replacement: "\u2581" } || escapes)
                throw Unsupported("the pre-tokenizer", component, where);
            escapes = true;
            bounds = component.Split ?? true ? WordBounds.EverySpace : WordBounds.None;
            prefix = (component.PrependScheme ?? (component.AddPrefixSpace ?? true ? "always" : "never")) switch
            {
                "always" => DummyPrefix.UnlessSpace,
                "first" => DummyPrefix.FirstUnlessSpace,
                "never" => DummyPrefix.None,
                var scheme => throw Unsupported($"prepend_scheme {scheme} of", component, where),
            };
        }

        // The control pieces of the SentencePiece model that was converted stay what they were there: text, when they stand in text.
        var controls = added.Where(token => token.IsSpecial && token.Id < pieces.Count && pieces[token.Id] == token.Text).ToList();
        var recognised = added.Except(controls).ToList();
        var types = new PieceType[pieces.Count];
        Array.Fill(types, PieceType.Normal);
        if (model.ByteFallback)
            for (var id = 0; id < types.Length; id++)
                if (Vocabulary.IsSpelledAsByte(pieces[id]))
                    types[id] = PieceType.Byte;
        foreach (var control in controls)
            types[control.Id] = PieceType.Control;
        if (model.UnkToken is { } unknown && pieces.IndexOf(unknown) is >= 0 and var unknownId)
            types[unknownId] = PieceType.Unknown;

        var vocabulary = new Vocabulary([.. pieces.Zip(types)], where);
        if (model.ByteFallback && !vocabulary.HasAllBytes)
            throw new RequestException("byte_fallback without a piece for each of the 256 bytes", where, "fetch the file again");
        if (!model.ByteFallback && vocabulary.UnknownId < 0)
            throw new RequestException("neither byte_fallback nor an unk_token: characters without a piece would vanish", where, Elsewhere);
        return new SentencePieceTokenizer(
            vocabulary,
            new PieceNormalizer(map: null, untouched: null, prefix, removeExtraWhitespaces: false, escapes),
            new BpeSegmenter(
                [.. pieces.Zip(types, (text, type) => new VocabularyPiece(text, 0, type))],
                ReadMerges(model, vocabulary, where), userDefined: null, bounds),
            recognised,
            new SentencePieceSurface(model.ByteFallback, model.FuseUnk, Unknown: ""),
            names.Resolve(added, vocabulary),
            fingerprint);
    }

    /// <summary>The pieces by id; an id that nothing has is the empty string.</summary>
    private static List<string> ReadPieces(HuggingFaceModel model, List<HuggingFaceAddedToken> added, string where)
    {
        if (model.Vocab.ValueKind != JsonValueKind.Object)
            throw new RequestException("\"model\" without an object \"vocab\"", where, "fetch the file again");
        var count = model.Vocab.GetPropertyCount();
        var pieces = new List<string>(count);
        foreach (var entry in model.Vocab.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var id) || id < 0 || id > Limit(count))
                throw new RequestException(
                    $"the piece '{entry.Name}' has the id {entry.Value} among {count} pieces", where, "fetch the file again");
            while (pieces.Count <= id)
                pieces.Add("");
            if (pieces[id].Length > 0)
                throw new RequestException($"'{pieces[id]}' and '{entry.Name}' have the same id {id}", where, "fetch the file again");
            pieces[id] = entry.Name;
        }

        if (pieces.Count == 0 && added.Count == 0)
            throw new RequestException("an empty vocabulary", where, "fetch the file again");
        return pieces;
    }

    private static List<AddedToken> ReadAddedTokens(List<HuggingFaceAddedToken> tokens, int pieces, string where)
    {
        var seen = new HashSet<int>();
        foreach (var token in tokens)
            if (token.Content.Length == 0 || token.Id < 0 || token.Id > Limit(pieces + tokens.Count) || !seen.Add(token.Id))
                throw new RequestException(
                    $"the added token '{token.Content}' has the id {token.Id}, which is taken or impossible", where,
                    "give each its own id behind the others");
        return [.. tokens.Select(t => new AddedToken(t.Content, t.Id, t.Special, t.Lstrip, t.Rstrip, t.SingleWord))];
    }

    /// <summary>Some vocabularies leave ids out, but a file may not make us reserve memory for millions that it does not list.</summary>
    private static int Limit(int count) => 2 * count + 1024;

    private static List<(int Left, int Right, int Result)> ReadMerges(HuggingFaceModel model, Vocabulary vocabulary, string where)
    {
        if (model.Merges.ValueKind != JsonValueKind.Array)
            throw new RequestException("\"model\" without an array \"merges\"", where, "fetch the file again");
        var merges = new List<(int, int, int)>(model.Merges.GetArrayLength());
        foreach (var entry in model.Merges.EnumerateArray())
        {
            var (left, right) = ("", "");
            if (entry.ValueKind == JsonValueKind.String && entry.GetString()!.Split(' ') is [var first, var second])
                (left, right) = (first, second);
            else if (entry.ValueKind == JsonValueKind.Array && entry.GetArrayLength() == 2
                && entry[0].ValueKind == JsonValueKind.String && entry[1].ValueKind == JsonValueKind.String)
                (left, right) = (entry[0].GetString()!, entry[1].GetString()!);
            var (leftId, rightId, result) = (vocabulary.Find(left), vocabulary.Find(right), vocabulary.Find(left + right));
            if ((leftId | rightId | result) < 0)
                throw new RequestException(
                    $"merge {merges.Count + 1}, {entry.GetRawText()}, does not name two pieces whose letters together are a piece", where,
                    "fetch the file again");
            merges.Add((leftId, rightId, result));
        }

        return merges;
    }

    private static RequestException Unsupported(string what, HuggingFaceComponent component, string where) =>
        new($"{what} {component.Type}, which Llamax does not have for this kind of tokenizer", where, Elsewhere);
}
