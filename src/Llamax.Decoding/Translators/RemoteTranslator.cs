using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Llamax.Decoding.Prompts;
using Llamax.Runs;

namespace Llamax.Decoding.Translators;

/// <summary>
/// Translates with a model behind an OpenAI-compatible endpoint (chat completions): how the paper compares itself with GPT-4 (LLaMAX,
/// appendix H). One request per text; several are under way, and results keep the order.
/// </summary>
public sealed class RemoteTranslator : ITranslator
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly RemoteTranslatorOptions _options;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly TranslationProfile _languages = new();

    /// <param name="options">The endpoint.</param>
    /// <param name="handler">Sends requests, disposed with the translator; null = the system's.</param>
    /// <param name="time">Waits between attempts; null = the system's clock.</param>
    /// <exception cref="RequestException">An option breaks its rule.</exception>
    public RemoteTranslator(RemoteTranslatorOptions options, HttpMessageHandler? handler = null, TimeProvider? time = null)
    {
        OptionProblem.ThrowIfAny("remote", options.Problems());
        (_options, _time) = (options, time ?? TimeProvider.System);
        _http = new(handler ?? new SocketsHttpHandler()) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        if (options.Key is { Length: > 0 } key)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>
    /// As <see cref="ITranslator.Translate"/>; every score is 0. What the endpoint refuses for one text, or fails at until the last attempt,
    /// is that text's problem.
    /// </summary>
    /// <exception cref="RequestException">The key, the address or the model is wrong (401, 403, 404), or a language is unknown.</exception>
    public IEnumerable<Translation> Translate(IEnumerable<TranslationRequest> requests, CancellationToken cancellation = default)
    {
        var underWay = new Queue<Task<Translation>>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            foreach (var request in requests)
            {
                if (underWay.Count == _options.Parallel)
                    yield return underWay.Dequeue().GetAwaiter().GetResult();
                underWay.Enqueue(Translate(request, stop.Token));
            }

            while (underWay.Count > 0)
                yield return underWay.Dequeue().GetAwaiter().GetResult();
        }
        finally
        {
            stop.Cancel();
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Translation> Translate(TranslationRequest request, CancellationToken cancellation)
    {
        var (source, target) = (_languages.Language(request.Source), _languages.Language(request.Target));
        if (string.IsNullOrWhiteSpace(request.Text))
            return new(request, [new("", 0)]);
        var prompt = _options.Template.Format(source, target, request.Text);
        for (var attempt = 0; ; attempt++)
        {
            var (translation, wait) = await Attempt(request, prompt, attempt, cancellation).ConfigureAwait(false);
            if (wait is null || attempt == _options.Retries)
                return translation;
            await Task.Delay(wait.Value, _time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>One attempt; a wait where another one makes sense.</summary>
    private async Task<(Translation Translation, TimeSpan? Wait)> Attempt(
        TranslationRequest request, string prompt, int attempt, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_options.Timeout);
        try
        {
            using var response = await _http.PostAsJsonAsync(Address, Body(prompt), patience.Token).ConfigureAwait(false);
            var text = await response.Content.ReadAsStringAsync(patience.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return Read(request, text) is { } translation ? (translation, null) : Failed("the answer is no chat completion", response);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
                throw new RequestException(
                    $"{(int)response.StatusCode} {Message(text)}", Address.ToString(), "correct the address, the model's name or the key");
            var passes = response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
                || (int)response.StatusCode >= 500;
            var failed = Failed($"{(int)response.StatusCode} {Message(text)}", response);
            return passes ? failed : (failed.Translation, null);
        }
        catch (HttpRequestException failure)
        {
            return Failed(failure.Message, null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Failed(
                string.Create(CultureInfo.InvariantCulture, $"no answer within {_options.Timeout.TotalSeconds:0.#} seconds"), null);
        }

        (Translation Translation, TimeSpan? Wait) Failed(string why, HttpResponseMessage? response) =>
            (new(request, []) { Problem = $"{Address}: {why} (attempt {attempt + 1})" }, Wait(attempt, response));
    }

    private Uri Address => new(_options.BaseUrl.ToString().TrimEnd('/') + "/chat/completions");

    private JsonObject Body(string prompt) => new()
    {
        ["model"] = _options.Model,
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt }),
        ["temperature"] = _options.Temperature,
    };

    private TimeSpan Wait(int attempt, HttpResponseMessage? response)
    {
        var wait = response?.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => _options.FirstWait * Math.Pow(2, Math.Min(attempt, 20)),
        };
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait;
    }

    /// <summary>The first choice; null where the text is no chat completion.</summary>
    private Translation? Read(TranslationRequest request, string text)
    {
        try
        {
            var choice = JsonNode.Parse(text)?["choices"]?[0];
            return choice?["message"]?["content"]?.GetValue<string>() is { } content
                ? new(request, [new(_options.Template.Answer(content), 0)]) { IsCut = (string?)choice["finish_reason"] == "length" }
                : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static string Message(string text)
    {
        try
        {
            if ((string?)JsonNode.Parse(text)?["error"]?["message"] is { } message)
                return message.ReplaceLineEndings(" ");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // Proxies answer with pages.
        }

        return text.Length == 0 ? "(no text)" : text[..Math.Min(text.Length, 200)].ReplaceLineEndings(" ");
    }
}
