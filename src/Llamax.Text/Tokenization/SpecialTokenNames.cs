using System.Text.Json;
using Llamax.Runs;

namespace Llamax.Text.Tokenization;

/// <summary>
/// What a Hugging Face folder calls the pieces that begin, end and fill sequences: tokenizer_config.json, for what that leaves out
/// special_tokens_map.json, and where neither file is there, the names that LLaMA-family models are known to use.
/// </summary>
internal sealed record SpecialTokenNames(IReadOnlyList<string> Bos, IReadOnlyList<string> Eos, IReadOnlyList<string> Pad)
{
    private static readonly SpecialTokenNames Customary = new(
        ["<s>", "<|begin_of_text|>", "<bos>"], ["</s>", "<|end_of_text|>", "<eos>", "<|endoftext|>"], ["<pad>", "[PAD]"]);

    private static readonly string[] Files = ["tokenizer_config.json", "special_tokens_map.json"];

    /// <exception cref="RequestException">One of the two files is no JSON object.</exception>
    public static SpecialTokenNames ReadFrom(string folder)
    {
        var files = Files
            .Select(name => Path.Combine(folder, name)).Where(File.Exists).Select(Parse).ToList();
        return files.Count == 0
            ? Customary
            : new SpecialTokenNames(Name(files, "bos_token"), Name(files, "eos_token"), Name(files, "pad_token"));
    }

    /// <summary>The <c>additional_special_tokens</c> of the folder's files, in their order.</summary>
    /// <exception cref="RequestException">One of the two files is no JSON object.</exception>
    public static IReadOnlyList<string> AdditionalIn(string folder)
    {
        foreach (var file in Files.Select(name => Path.Combine(folder, name)).Where(File.Exists).Select(Parse))
            if (file.TryGetProperty("additional_special_tokens", out var listed) && listed.ValueKind == JsonValueKind.Array)
                return [.. listed.EnumerateArray().Select(Text).OfType<string>()];
        return [];
    }

    /// <summary>The ids behind the names.</summary>
    public SpecialIds Resolve(IReadOnlyCollection<AddedToken> added, Vocabulary vocabulary)
    {
        return new SpecialIds(Id(Bos), Id(Eos), Id(Pad));

        int? Id(IReadOnlyList<string> names)
        {
            foreach (var name in names)
            {
                if (added.FirstOrDefault(token => token.Text == name) is { } token)
                    return token.Id;
                if (vocabulary.Find(name) is >= 0 and var id)
                    return id;
            }

            return null;
        }
    }

    private static JsonElement Parse(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document.RootElement.Clone();
            throw new RequestException("not a JSON object", path, "fetch the file again, or delete it");
        }
        catch (JsonException problem)
        {
            throw new RequestException($"not JSON: {problem.Message}", path, "fetch the file again, or delete it", problem);
        }
    }

    private static IReadOnlyList<string> Name(List<JsonElement> files, string key)
    {
        foreach (var file in files)
            if (file.TryGetProperty(key, out var value) && Text(value) is { } name)
                return [name];
        return [];
    }

    /// <summary>A name stands there as a string or, with its flags, as the <c>content</c> of an object.</summary>
    private static string? Text(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out var content))
            value = content;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
