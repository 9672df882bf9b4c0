using System.Text.Json;
using System.Text.Json.Serialization;

namespace Llamax.Text.Tokenization;

/// <summary>A <c>tokenizer.json</c> as the Rust library tokenizers writes it, as far as it decides about ids.</summary>
internal sealed record HuggingFaceFile
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
    };

    public List<HuggingFaceAddedToken>? AddedTokens { get; init; }

    public HuggingFaceComponent? Normalizer { get; init; }

    public HuggingFaceComponent? PreTokenizer { get; init; }

    public HuggingFaceModel? Model { get; init; }

    /// <exception cref="JsonException">The bytes are no JSON, or JSON of another shape.</exception>
    public static HuggingFaceFile Parse(ReadOnlySpan<byte> json)
    {
        var file = JsonSerializer.Deserialize<HuggingFaceFile?>(json, Options);
        return file is null || file.AddedTokens?.Exists(token => token is null) == true
            ? throw new JsonException("null instead of an object")
            : file;
    }
}

internal sealed record HuggingFaceAddedToken
{
    public int Id { get; init; }

    public string Content { get; init; } = "";

    public bool SingleWord { get; init; }

    public bool Lstrip { get; init; }

    public bool Rstrip { get; init; }

    public bool Special { get; init; }
}

/// <summary>The trained part.</summary>
internal sealed record HuggingFaceModel
{
    /// <summary>Old files leave it out where it is BPE.</summary>
    public string Type { get; init; } = "BPE";

    public string? UnkToken { get; init; }

    public string? ContinuingSubwordPrefix { get; init; }

    public string? EndOfWordSuffix { get; init; }

    public bool FuseUnk { get; init; }

    public bool ByteFallback { get; init; }

    public bool IgnoreMerges { get; init; }

    /// <summary>BPE: an object, piece → id.</summary>
    public JsonElement Vocab { get; init; }

    /// <summary>BPE: an array of <c>"left right"</c> or of <c>["left", "right"]</c>, the first merged first.</summary>
    public JsonElement Merges { get; init; }
}

/// <summary>One normaliser or pre-tokenizer; which properties it has depends on its type.</summary>
internal sealed record HuggingFaceComponent
{
    public string Type { get; init; } = "";

    public List<HuggingFaceComponent>? Normalizers { get; init; }

    public List<HuggingFaceComponent>? Pretokenizers { get; init; }

    public string? Prepend { get; init; }

    public HuggingFacePattern? Pattern { get; init; }

    public string? Content { get; init; }

    public string? Behavior { get; init; }

    public bool Invert { get; init; }

    public bool? AddPrefixSpace { get; init; }

    public bool? UseRegex { get; init; }

    public bool IndividualDigits { get; init; }

    public string? Replacement { get; init; }

    public string? PrependScheme { get; init; }

    public bool? Split { get; init; }

    /// <summary>The parts of a sequence, in order; a component that is none by itself; nothing where there is none.</summary>
    public static IEnumerable<HuggingFaceComponent> Flatten(HuggingFaceComponent? component)
    {
        if (component is null)
            return [];
        return component.Type == "Sequence"
            ? (component.Normalizers ?? component.Pretokenizers ?? []).SelectMany(Flatten)
            : [component];
    }
}

internal sealed record HuggingFacePattern
{
    [JsonPropertyName("String")]
    public string? Text { get; init; }

    [JsonPropertyName("Regex")]
    public string? Expression { get; init; }
}
