{
  # The same addon as CMake's target cloudops_addon, from the same list of sources.
  'targets': [
    {
      'target_name': 'cloudops_execution_engine',
      'sources': [
        '<!@(node scripts/sources.mjs --print core)',
        '<!@(node scripts/sources.mjs --print binding)',
      ],
      'include_dirs': [
        'src',
        '<(INTERMEDIATE_DIR)',
        '<!(node -p "require(\'node-addon-api\').include_dir")',
      ],
      'defines': [
        'NAPI_VERSION=8',
        'NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS',
        # A worker that is being terminated refuses every call: no reason to end the process.
        'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
        'BOOST_ALL_NO_LIB',
        'BOOST_PROCESS_V2_HEADER_ONLY',
        'BOOST_PROCESS_USE_STD_FS',
      ],
      'actions': [
        {
          'action_name': 'embed_guard',
          'inputs': ['<!@(node scripts/sources.mjs --print guard)', 'sources.json'],
          'outputs': ['<(INTERMEDIATE_DIR)/guard_image.hpp'],
          'action': ['node', 'scripts/embed-guard.mjs', '<(INTERMEDIATE_DIR)/guard_image.hpp'],
        },
      ],
      # Node's own settings switch both off.
      'cflags_cc!': ['-fno-exceptions', '-fno-rtti', '-std=gnu++17', '-std=gnu++20', '-std=c++17'],
      'cflags_cc': ['-std=c++20', '-fexceptions', '-frtti', '-fvisibility=hidden', '-fvisibility-inlines-hidden'],
      # As CMake does it.
      'cflags!': ['-O3'],
      'cflags': ['-O2', '-pthread'],
      'ldflags': ['-pthread', '-Wl,-z,nodelete'],
    },
  ],
}
