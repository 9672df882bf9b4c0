using Llamax.Decoding.Prompts;
using Llamax.Runs;

namespace Llamax.Decoding.Translators;

/// <summary>An OpenAI-compatible endpoint and how to ask it.</summary>
public sealed record RemoteTranslatorOptions
{
    /// <summary>Up to the version, for example <c>https://api.openai.com/v1</c>; <c>/chat/completions</c> is appended.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>The model as the endpoint calls it.</summary>
    public required string Model { get; init; }

    /// <summary>Sent as bearer token; null = none. Comes from the environment, never from a file that is kept.</summary>
    public string? Key { get; init; }

    /// <summary>What the user's message says.</summary>
    public PromptTemplate Template { get; init; } = PromptTemplate.Chat;

    /// <summary>0 = the likeliest answer, as far as the endpoint promises it.</summary>
    public double Temperature { get; init; }

    /// <summary>Requests under way at the same time.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>Further attempts after one that failed for reasons that pass: 408, 429, 5xx, no connection, no answer, a broken one.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>The wait before the second attempt; it doubles each time, up to a minute, unless the endpoint says how long.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest an attempt may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    public IEnumerable<OptionProblem> Problems()
    {
        if (!BaseUrl.IsAbsoluteUri || BaseUrl.Scheme is not ("http" or "https"))
            yield return new("remote", BaseUrl, "must be an address of http or https", "write it as https://api.openai.com/v1");
        if (string.IsNullOrWhiteSpace(Model))
            yield return new("model", Model, "must not be empty", "name the model as the endpoint calls it");
        if (!(double.IsFinite(Temperature) && Temperature >= 0))
            yield return new("temperature", Temperature, "must be 0 or more", "use 0");
        if (Parallel is < 1 or > 256)
            yield return new("parallel", Parallel, "must be 1 to 256", "use 4");
        if (Retries is < 0 or > 100)
            yield return new("retries", Retries, "must be 0 to 100", "use 5");
        if (FirstWait < TimeSpan.Zero)
            yield return new("firstWait", FirstWait, "must not be negative", "use one second");
        if (Timeout <= TimeSpan.Zero)
            yield return new("timeout", Timeout, "must be more than nothing", "use two minutes");
        foreach (var problem in Template.Problems())
            yield return problem with { Option = $"template.{problem.Option}" };
    }
}
