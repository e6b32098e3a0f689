using System.Runtime.InteropServices;

namespace Evo.Inference.Tokenizers;

/// <summary>
/// The tokenizer functions that the native library of ONNX Runtime GenAI exports (header <c>ortx_tokenizer.h</c> of onnxruntime-extensions).
/// Functions return 0 or an error code whose text is <see cref="LastError"/>.
/// </summary>
internal static unsafe partial class OrtxNative
{
    private const string Library = "onnxruntime-genai";

    private static readonly Lazy<string?> MissingRuntime = new(FindMissingRuntime);

    /// <summary>The tokenizer's files in memory: <c>struct OrtxTokenizerBlob</c>, five pointers and then their five lengths.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TokenizerBlob
    {
        public byte* Config;
        public byte* Vocabulary;
        public byte* Module;
        public byte* RawModel;
        public byte* Reserved;
        public nuint ConfigLength;
        public nuint VocabularyLength;
        public nuint ModuleLength;
        public nuint RawModelLength;
        public nuint ReservedLength;
    }

    [LibraryImport(Library, EntryPoint = "OrtxCreateTokenizerFromBlob")]
    internal static partial int CreateTokenizerFromBlob(out nint tokenizer, in TokenizerBlob blob);

    [LibraryImport(Library, EntryPoint = "OrtxUpdateTokenizerOptions")]
    internal static partial int UpdateTokenizerOptions(nint tokenizer, byte** keys, byte** values, nuint count);

    [LibraryImport(Library, EntryPoint = "OrtxTokenize")]
    internal static partial int Tokenize(nint tokenizer, byte** texts, nuint count, out nint ids);

    [LibraryImport(Library, EntryPoint = "OrtxTokenId2DArrayGetItem")]
    internal static partial int GetTokenIds(nint ids, nuint index, out uint* item, out nuint length);

    [LibraryImport(Library, EntryPoint = "OrtxDisposeOnly")]
    private static partial int DisposeOnly(nint handle);

    /// <summary>Frees any handle that the library gave out; it reports no failure that a caller could mend.</summary>
    internal static void Free(nint handle) => _ = DisposeOnly(handle);

    [LibraryImport(Library, EntryPoint = "OrtxGetLastErrorMessage")]
    private static partial byte* GetLastErrorMessage();

    internal static string LastError => Marshal.PtrToStringUTF8((nint)GetLastErrorMessage()) ?? "no message";

    /// <summary>
    /// Throws when the library or the ONNX Runtime that it needs beside it is missing. Must come before any other call: without
    /// ONNX Runtime in its own folder the library ends the process while it is being loaded.
    /// </summary>
    /// <exception cref="DllNotFoundException">Names the file and the folder searched.</exception>
    internal static void EnsureLoadable()
    {
        if (MissingRuntime.Value is { } problem)
            throw new DllNotFoundException(problem);
    }

    private static string? FindMissingRuntime()
    {
        var searched = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Where(folder => folder.Length > 0)
            .Distinct()
            .ToArray();
        var folder = Array.Find(searched, candidate => File.Exists(Path.Combine(candidate, FileName(Library))));
        if (folder is null)
            return $"{FileName(Library)} (the tokenizer library) is in none of {string.Join(", ", searched)}. Rebuild: the build copies it there.";
        return File.Exists(Path.Combine(folder, FileName("onnxruntime")))
            ? null
            : $"{FileName("onnxruntime")} is missing in {folder}, beside {FileName(Library)}. Rebuild: the build copies both there.";
    }

    private static string FileName(string library) =>
        OperatingSystem.IsWindows() ? library + ".dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";
}
