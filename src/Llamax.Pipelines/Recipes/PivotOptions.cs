using Llamax.Runs;

namespace Llamax.Pipelines.Recipes;

/// <summary>
/// g of Algorithm 1: a model folder (any that <c>llamax translate</c> opens; an M2M-type model plays Lego-MT's part) or an
/// OpenAI-compatible endpoint that translates English text for small language pairs.
/// </summary>
public sealed record PivotOptions
{
    /// <summary>A Hugging Face folder or GGUF file; null = the endpoint.</summary>
    public string? Model { get; init; }

    /// <summary>Address of an endpoint, up to the version; the key comes from LLAMAX_API_KEY. Null = the model.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The model as the endpoint calls it.</summary>
    public string? Name { get; init; }

    /// <summary>Translate by way of this language; null = directly.</summary>
    public string? Via { get; init; }

    /// <summary>Beams of a model; null = as its translation.json says.</summary>
    public int? Beams { get; init; }

    /// <summary>Most tokens of a translation by a model; null = as its translation.json says.</summary>
    public int? MaxNewTokens { get; init; }

    /// <summary>A built-in prompt or the file of one; null = the model's own.</summary>
    public string? Prompt { get; init; }

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Type of a model's weights: float32, bfloat16, float16, int8.</summary>
    public string Type { get; init; } = "float32";

    public IEnumerable<OptionProblem> Problems(string where)
    {
        if ((Model is null) == (Endpoint is null))
            yield return new(where, Model is null ? "(nothing)" : "(both)", "names either a model or an endpoint", "give model: FOLDER");
        if (Endpoint is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
            yield return new($"{where}.endpoint", url, "is no address", "write it as https://api.openai.com/v1");
        if (Endpoint is not null && string.IsNullOrWhiteSpace(Name))
            yield return new($"{where}.name", Name, "is missing", "name the model as the endpoint calls it");
        if (Beams is < 1 or > 64)
            yield return new($"{where}.beams", Beams, "must be 1 to 64", "use 4");
        if (MaxNewTokens < 1)
            yield return new($"{where}.maxNewTokens", MaxNewTokens, "must be at least 1", "use 256");
    }
}
