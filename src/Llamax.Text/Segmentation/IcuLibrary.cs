using System.Globalization;
using System.Runtime.InteropServices;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Text.Segmentation;

/// <summary>
/// The break iterators of the system's ICU, the library that .NET itself takes its culture data from (ubrk.h). Its functions carry its
/// version in their names, except on macOS and Windows.
/// </summary>
internal sealed class IcuLibrary
{
    private const int NewestVersion = 99;
    private const int OldestVersion = 50; // as .NET

    private static readonly Lazy<IcuLibrary?> Found = new(Find);

    private IcuLibrary(nint library, string suffix)
    {
        Open = Function<OpenFunction>(library, "ubrk_open" + suffix);
        SetText = Function<SetTextFunction>(library, "ubrk_setText" + suffix);
        Next = Function<NextFunction>(library, "ubrk_next" + suffix);
        Close = Function<CloseFunction>(library, "ubrk_close" + suffix);
        Span<byte> version = stackalloc byte[4];
        Function<VersionFunction>(library, "u_getVersion" + suffix)(ref MemoryMarshal.GetReference(version));
        Name = string.Create(CultureInfo.InvariantCulture, $"ICU {version[0]}");
    }

    public delegate nint OpenFunction(int kind, [MarshalAs(UnmanagedType.LPStr)] string locale, nint text, int length, ref int error);

    public delegate void SetTextFunction(nint iterator, nint text, int length, ref int error);

    public delegate int NextFunction(nint iterator);

    public delegate void CloseFunction(nint iterator);

    private delegate void VersionFunction(ref byte version);

    public string Name { get; }

    public OpenFunction Open { get; }

    public SetTextFunction SetText { get; }

    public NextFunction Next { get; }

    public CloseFunction Close { get; }

    /// <exception cref="RequestException">The system has no ICU.</exception>
    public static IcuLibrary ForWordsOf(Language language) => Found.Value ?? throw new RequestException(
        $"{language.Name} writes no spaces between words, and the library that finds them, ICU, is not installed",
        mend: "install libicu (Debian: apt-get install libicu72 or whichever version it has), or leave the language out");

    private static IcuLibrary? Find()
    {
        if (OperatingSystem.IsWindows() || OperatingSystem.IsMacOS())
        {
            var name = OperatingSystem.IsWindows() ? "icu.dll" : "/usr/lib/libicucore.dylib";
            return NativeLibrary.TryLoad(name, out var shared) ? new IcuLibrary(shared, "") : null;
        }

        for (var version = NewestVersion; version >= OldestVersion; version--)
        {
            var number = version.ToString(CultureInfo.InvariantCulture);
            if (NativeLibrary.TryLoad($"libicuuc.so.{number}", out var library)
                && NativeLibrary.TryGetExport(library, $"ubrk_open_{number}", out _))
                return new IcuLibrary(library, "_" + number);
        }

        return null;
    }

    private static T Function<T>(nint library, string name)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(library, name));
}
